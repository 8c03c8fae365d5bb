"""CUDA's errors as CuPy raises them."""

from __future__ import annotations

ERRORS = {
    1: "cudaErrorInvalidValue: invalid argument",
    2: "cudaErrorMemoryAllocation: out of memory",
    21: "cudaErrorInvalidMemcpyDirection: invalid copy direction for memcpy",
    35: "cudaErrorInsufficientDriver: CUDA driver version is insufficient for CUDA runtime version",
    100: "cudaErrorNoDevice: no CUDA-capable device is detected",
    400: "cudaErrorInvalidResourceHandle: invalid resource handle",
    401: "cudaErrorIllegalState: the operation cannot be performed in the present state",
    600: "cudaErrorNotReady: device not ready",
    700: "cudaErrorIllegalAddress: an illegal memory access was encountered",
    900: "cudaErrorStreamCaptureUnsupported: operation not permitted when stream is capturing",
    901: "cudaErrorStreamCaptureInvalidated: operation failed due to a previous error during capture",
}
DRIVER_ERRORS = {
    1: "CUDA_ERROR_INVALID_VALUE: invalid argument",
    200: "CUDA_ERROR_INVALID_IMAGE: device kernel image is invalid",
    209: "CUDA_ERROR_NO_BINARY_FOR_GPU: no kernel image is available for execution on the device",
    222: "CUDA_ERROR_UNSUPPORTED_PTX_VERSION: the provided PTX was compiled with an unsupported toolchain.",
    301: "CUDA_ERROR_FILE_NOT_FOUND: file not found",
    400: "CUDA_ERROR_INVALID_HANDLE: invalid resource handle",
    500: "CUDA_ERROR_NOT_FOUND: named symbol not found",
    700: "CUDA_ERROR_ILLEGAL_ADDRESS: an illegal memory access was encountered",
    901: "CUDA_ERROR_STREAM_CAPTURE_INVALIDATED: operation failed due to a previous error during capture",
}
DRIVER_CALLS = ("moduleLoad", "moduleGetFunction", "launchKernel")


class CUDARuntimeError(RuntimeError):
    """status: CUDA's number of the error."""

    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__(ERRORS[status])


class CUDADriverError(RuntimeError):
    """status: the driver's number of the error."""

    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__(DRIVER_ERRORS[status])


class OutOfMemoryError(MemoryError):
    """size: bytes asked for. total: bytes held before."""

    def __init__(self, size: int, total: int) -> None:
        super().__init__(f"Out of memory allocating {size:,} bytes (allocated so far: {total:,} bytes).")
