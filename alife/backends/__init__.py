"""Runs laws and brains: programs of stages, bindings, fusion and the calling convention, and a folder for each backend.

Files of equal name do equal jobs in `cpu` and `cuda`. Jobs that differ: on the CPU `jit` compiles and loads LLVM IR,
`bind` makes calls, and `threads` runs them; for the GPU `nvrtc` compiles CUDA C, `kernels` makes kernels, and `device`
loads and launches them, copies, and allocates.
"""
