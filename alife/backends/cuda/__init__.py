"""Laws and brains as CUDA C kernels, compiled by NVRTC and launched through CuPy."""
