// An executable that runs a job of kernels, to be included before the text; the sanitizers watch it.
// A job: {arrays, calls, reversed}; arrays {bytes, data}; calls {name[8], count's array, grid, block, cells, {array or
// -1, value} a cell}; all int64. Every array is its own allocation, so that the address sanitizer guards its ends.
#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>
#include <vector>

typedef const char* (*Launcher)(const long long* count, const long long* cells, int grid, int block, int reverse);

static void refuse(const char* what) {
  fprintf(stderr, "%s\n", what);
  exit(3);
}

int main(int, char** names) {
  FILE* file = fopen(names[1], "r+b");
  auto next = [&] { long long x; if (fread(&x, 8, 1, file) != 1) refuse("short job"); return x; };
  long long num_arrays = next(), num_calls = next(), reversed = next();
  std::vector<std::pair<long long, long long>> places;
  std::vector<char*> arrays;
  for (long long i = 0; i < num_arrays; ++i) {
    long long bytes = next();
    places.push_back({ftell(file), bytes});
    arrays.push_back(nullptr);
    if (posix_memalign((void**)&arrays[i], 64, bytes)) refuse("no memory");
    if (fread(arrays[i], 1, bytes, file) != (size_t)bytes) refuse("short job");
  }
  for (long long i = 0; i < num_calls; ++i) {
    char name[80] = {};
    for (int k = 0; k < 8; ++k) { long long x = next(); memcpy(name + 8 * k, &x, 8); }
    Launcher launcher = (Launcher)dlsym(RTLD_DEFAULT, strcat(name, "_launch"));
    if (!launcher) refuse(name);
    const long long* count = (const long long*)arrays[next()];
    long long grid = next(), block = next();
    std::vector<long long> cells(next());
    for (auto& cell : cells) { long long at = next(), value = next(); cell = at < 0 ? value : (long long)arrays[at]; }
    if (const char* what = launcher(count, cells.data(), grid, block, reversed)) refuse(what);
  }
  for (long long i = 0; i < num_arrays; ++i) {
    fseek(file, places[i].first, SEEK_SET);
    fwrite(arrays[i], 1, places[i].second, file);
  }
  fclose(file);
}
