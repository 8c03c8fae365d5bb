"""Laws and brains as LLVM vector code, run on threads of our own."""
