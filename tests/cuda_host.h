// CUDA C on the CPU, for tests: one fibre a thread, one yield a shuffle. Warps run one after another; the order of a
// warp's threads can be turned round, so that a missing __syncwarp shows in one order or the other.
#include <dlfcn.h>
#include <ucontext.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <vector>

#define __global__
#define __device__
#define __forceinline__ inline
#define __shared__ static
#define __launch_bounds__(...)
struct alignas(16) float4 { float x, y, z, w; };
struct alignas(16) uint4 { unsigned int x, y, z, w; };
static struct { unsigned int x; } threadIdx, blockIdx, blockDim, gridDim;
typedef void (*Kernel)(const long long* count, const long long* args);

namespace host {
constexpr int WARP = 32, STACK = 1 << 20;
static ucontext_t driver, fibres[WARP];
static char stacks[WARP][STACK];
static unsigned int exchanged[2][WARP];
static int lane, rounds[WARP], done;
static Kernel kernel;
static const long long *count, *args;

[[noreturn]] static void fail(const char* what) { fprintf(stderr, "%s\n", what); exit(3); }
static void body() { kernel(count, args); ++done; }
static int meet() {  // every thread of the warp comes here before any goes on
  int side = rounds[lane]++ & 1;
  swapcontext(&fibres[lane], &driver);
  return side;
}
template <class T> T exchange(unsigned int mask, T value, int from) {
  if (mask != ~0u) fail("expected a whole warp at a shuffle");
  memcpy(&exchanged[rounds[lane] & 1][lane], &value, 4);
  memcpy(&value, &exchanged[meet()][from], 4);
  return value;
}
static void run_warp(unsigned int first, bool reversed) {
  for (lane = done = 0; lane < WARP; ++lane) {
    getcontext(&fibres[lane]);
    fibres[lane].uc_stack.ss_sp = stacks[lane];
    fibres[lane].uc_stack.ss_size = STACK;
    fibres[lane].uc_link = &driver;
    makecontext(&fibres[lane], body, 0);
  }
  while (done < WARP) {
    for (int i = 0; i < WARP; ++i) {
      lane = reversed ? WARP - 1 - i : i;
      threadIdx.x = first + lane;
      swapcontext(&driver, &fibres[lane]);
    }
    if (done % WARP) fail("some threads of a warp ended while others waited at a shuffle");
  }
}
static void launch(unsigned int grid, unsigned int block, bool reversed) {
  gridDim.x = grid, blockDim.x = block;
  for (blockIdx.x = 0; blockIdx.x < grid; ++blockIdx.x)
    for (unsigned int first = 0; first < block; first += WARP) run_warp(first, reversed);
}
template <class T> T saturated(float x, T nan) {  // 2^bits is exact in float, the largest T is not
  if (x != x) return nan;
  if (x >= 2.0f * (float)(std::numeric_limits<T>::max() / 2 + 1)) return std::numeric_limits<T>::max();
  return x <= (float)std::numeric_limits<T>::min() ? std::numeric_limits<T>::min() : (T)x;
}
}  // namespace host

template <class T> T __shfl_xor_sync(unsigned int mask, T x, int gap) { return host::exchange(mask, x, host::lane ^ gap); }
template <class T> T __shfl_sync(unsigned int mask, T x, int from, int width) {
  return host::exchange(mask, x, (host::lane & -width) | (from & (width - 1)));
}
static void __syncwarp() { host::meet(); }
static float __fmaf_rn(float a, float b, float c) { return fmaf(a, b, c); }
static unsigned int __umulhi(unsigned int a, unsigned int b) { return (unsigned long long)a * b >> 32; }
template <class To, class From> To bits(From x) { To y; memcpy(&y, &x, sizeof y); return y; }
static unsigned int __float_as_uint(float x) { return bits<unsigned int>(x); }
static float __uint_as_float(unsigned int x) { return bits<float>(x); }
static int __float2int_rz(float x) { return host::saturated<int>(x, 0); }
static unsigned int __float2uint_rz(float x) { return host::saturated<unsigned int>(x, 0); }
static long long __float2ll_rz(float x) { return host::saturated<long long>(x, std::numeric_limits<long long>::min()); }
static unsigned long long __float2ull_rz(float x) { return host::saturated<unsigned long long>(x, 1ull << 63); }

// A job: {arrays, calls, reversed}; arrays {bytes, data}; calls {name[8], count's array, grid, block, cells, {array or
// -1, value} a cell}; all int64. Every array is its own allocation, so that the address sanitizer guards its ends.
int main(int, char** names) {
  FILE* file = fopen(names[1], "r+b");
  auto next = [&] { long long x; if (fread(&x, 8, 1, file) != 1) host::fail("short job"); return x; };
  long long num_arrays = next(), num_calls = next(), reversed = next();
  std::vector<std::pair<long, long long>> places;
  std::vector<char*> arrays;
  for (long long i = 0; i < num_arrays; ++i) {
    long long bytes = next();
    places.push_back({ftell(file), bytes});
    arrays.push_back(nullptr);
    if (posix_memalign((void**)&arrays[i], 64, bytes)) host::fail("no memory");
    if (fread(arrays[i], 1, bytes, file) != (size_t)bytes) host::fail("short job");
  }
  for (long long i = 0; i < num_calls; ++i) {
    char name[65] = {};
    for (int k = 0; k < 8; ++k) { long long x = next(); memcpy(name + 8 * k, &x, 8); }
    host::kernel = (Kernel)dlsym(RTLD_DEFAULT, name);
    if (!host::kernel) host::fail(name);
    host::count = (const long long*)arrays[next()];
    long long grid = next(), block = next();
    std::vector<long long> cells(next());
    for (auto& cell : cells) { long long at = next(), value = next(); cell = at < 0 ? value : (long long)arrays[at]; }
    host::args = cells.data();
    host::launch(grid, block, reversed);
  }
  for (long long i = 0; i < num_arrays; ++i) {
    fseek(file, places[i].first, SEEK_SET);
    fwrite(arrays[i], 1, places[i].second, file);
  }
  fclose(file);
}
