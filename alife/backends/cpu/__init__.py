"""Laws and brains as LLVM vector code, run on the program's own threads."""
