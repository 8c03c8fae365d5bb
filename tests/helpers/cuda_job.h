// An executable that runs a job of kernels, to be included before the text; the sanitizers watch it.
// A job: {arrays, calls, reversed}; arrays {bytes, data}; calls {name[8], count's array, grid, block, cells, {array or
// -1, value} a cell}; all int64. Every array is its own allocation, so that the address sanitizer guards its ends.
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef const char* (*Launcher)(const long long* count, const long long* cells, int grid, int block, int reverse);

static void refuse(const char* what) {
  fprintf(stderr, "%s\n", what);
  exit(3);
}

int main(int, char** names) {
  FILE* file = fopen(names[1], "r+b");
  auto next = [&] { long long x; if (fread(&x, 8, 1, file) != 1) refuse("short job"); return x; };
  long long num_arrays = next(), num_calls = next(), reversed = next();
  struct Array { long place; size_t bytes; char* data; };
  Array* arrays = (Array*)calloc(num_arrays + 1, sizeof(Array));
  for (Array* at = arrays; at < arrays + num_arrays; ++at) {
    at->bytes = next(), at->place = ftell(file);
    if (posix_memalign((void**)&at->data, 64, at->bytes)) refuse("no memory");
    if (fread(at->data, 1, at->bytes, file) != at->bytes) refuse("short job");
  }
  for (long long i = 0; i < num_calls; ++i) {
    char name[80] = {};
    for (int k = 0; k < 8; ++k) { long long x = next(); memcpy(name + 8 * k, &x, 8); }
    Launcher launcher = (Launcher)dlsym(RTLD_DEFAULT, strcat(name, "_launch"));
    if (!launcher) refuse(name);
    const long long* count = (const long long*)arrays[next()].data;
    long long grid = next(), block = next();
    const long long num_cells = next();
    long long* cells = (long long*)calloc(num_cells + 1, sizeof(long long));
    for (long long k = 0; k < num_cells; ++k) {
      long long at = next(), value = next();
      cells[k] = at < 0 ? value : (long long)arrays[at].data;
    }
    if (const char* what = launcher(count, cells, grid, block, reversed)) refuse(what);
    free(cells);
  }
  for (Array* at = arrays; at < arrays + num_arrays; ++at) {
    fseek(file, at->place, SEEK_SET);
    fwrite(at->data, 1, at->bytes, file);
  }
  fclose(file);
}
