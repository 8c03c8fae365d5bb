// CUDA's functions on the CPU, for tests. The launchers of a text (cuda_entries.py) follow it.
// C's headers: <cmath> alone takes g++ longer than most texts.
#define _GLIBCXX_INCLUDE_NEXT_C_HEADERS  // <math.h> without <cmath>
#include <math.h>
#undef _GLIBCXX_INCLUDE_NEXT_C_HEADERS

#include "cuda_fibers.h"

#define __global__
#define __device__
#define __forceinline__ inline
#define __launch_bounds__(...)
#ifdef __SANITIZE_ADDRESS__  // which guards the ends of no variable in a section
#define __shared__ static
static void spoil_shared() {}
#else  // shared memory is in one section, so that every block can find garbage there
#define __shared__ static __attribute__((section("cuda_shared")))
extern "C" __attribute__((weak, visibility("hidden"))) char __start_cuda_shared[], __stop_cuda_shared[];
static void spoil_shared() {
  if (__start_cuda_shared) memset(__start_cuda_shared, 0xA5, __stop_cuda_shared - __start_cuda_shared);
}
#endif
struct alignas(16) float4 { float x, y, z, w; };
struct alignas(8) ushort4 { unsigned short x, y, z, w; };
struct alignas(16) uint4 { unsigned int x, y, z, w; };

namespace host {
// Run a kernel; null, or what went wrong. waits: it has barriers, shuffles or ballots. reverse: the last thread of each
// warp, the last warp and the last block go first.
static const char* launch(Call of, bool waits, unsigned int grid, unsigned int block, bool reverse) {
  *failure = 0;
  if (setjmp(failed)) return failure;
  if (!grid || !block || block > MOST) fail("expected 1 to %u threads a block and a block, got %u and %u", MOST, block, grid);
  call = of, reversed = reverse, gridDim.x = grid, blockDim.x = block;
  for (unsigned int i = 0; i < grid; ++i) {
    blockIdx.x = reversed ? grid - 1 - i : i;
    spoil_shared();
    waits ? run_fibers(block) : run_plainly(block);
  }
  return nullptr;
}
template <class To, class From> To bits(From x) {
  static_assert(sizeof(To) == sizeof(From), "expected values of 4 bytes");
  To y;
  memcpy(&y, &x, sizeof y);
  return y;
}
static unsigned int lane() { return threadIdx.x % WARP; }
static unsigned int exchanged[2][WARP];  // in turn: some threads still read one when others write the next
static const unsigned int* exchange(unsigned int mask, unsigned int mine) {  // what each thread of the warp has
  if (mask != ~0u) fail("expected a whole warp at a shuffle or ballot, got the mask %#x", mask);
  unsigned int* all = exchanged[threads[threadIdx.x].rounds++ & 1];
  all[lane()] = mine;
  wait(EXCHANGE);
  return all;
}
template <class T> T shuffle(unsigned int mask, T x, unsigned int from) {
  return bits<T>(exchange(mask, bits<unsigned int>(x))[from]);
}
template <class T> T saturated(float x, T nan, T least, T most) {  // most + 1 is exact in float, most is not
  if (x != x) return nan;
  if (x >= 2.0f * (float)(most / 2 + 1)) return most;
  return x <= (float)least ? least : (T)x;
}
template <class T> T add(T* at, T x) { T before = *at; *at = before + x; return before; }
}  // namespace host

// ---- barriers, shuffles, ballots

static void __syncthreads() { host::wait(host::BLOCK); }
static void __syncwarp() { host::wait(host::WARPS); }
static void __threadfence() {}
template <class T> T __shfl_xor_sync(unsigned int mask, T x, int gap) { return host::shuffle(mask, x, host::lane() ^ gap); }
template <class T> T __shfl_sync(unsigned int mask, T x, int from, int width = host::WARP) {
  return host::shuffle(mask, x, (host::lane() & -width) | (from & (width - 1)));
}
template <class T> T __shfl_up_sync(unsigned int mask, T x, unsigned int gap, int width = host::WARP) {
  return host::shuffle(mask, x, host::lane() - ((host::lane() & (width - 1)) < gap ? 0 : gap));
}
static unsigned int __ballot_sync(unsigned int mask, int predicate) {
  const unsigned int* all = host::exchange(mask, predicate != 0);
  unsigned int votes = 0;
  for (unsigned int i = 0; i < host::WARP; ++i) votes |= all[i] << i;
  return votes;
}

// ---- memory, integers, conversions

static int atomicAdd(int* at, int x) { return (int)host::add((unsigned int*)at, (unsigned int)x); }  // it wraps
static unsigned int atomicAdd(unsigned int* at, unsigned int x) { return host::add(at, x); }
static unsigned long long atomicAdd(unsigned long long* at, unsigned long long x) { return host::add(at, x); }
static unsigned long long atomicMax(unsigned long long* at, unsigned long long x) {
  const unsigned long long before = *at;
  if (x > before) *at = x;
  return before;
}
template <class T> T __ldg(const T* at) { return *at; }
static int __popc(unsigned int x) { return __builtin_popcount(x); }
static int __ffs(int x) { return __builtin_ffs(x); }
static int __clz(int x) { return x ? __builtin_clz(x) : 32; }
static float __fmaf_rn(float a, float b, float c) { return fmaf(a, b, c); }
static unsigned int __umulhi(unsigned int a, unsigned int b) { return (unsigned long long)a * b >> 32; }
static unsigned int __float_as_uint(float x) { return host::bits<unsigned int>(x); }
static float __uint_as_float(unsigned int x) { return host::bits<float>(x); }
static int __float2int_rz(float x) { return host::saturated<int>(x, 0, INT_MIN, INT_MAX); }
static unsigned int __float2uint_rz(float x) { return host::saturated<unsigned int>(x, 0, 0, UINT_MAX); }
static long long __float2ll_rz(float x) { return host::saturated<long long>(x, LLONG_MIN, LLONG_MIN, LLONG_MAX); }
static unsigned long long __float2ull_rz(float x) {
  return host::saturated<unsigned long long>(x, 1ull << 63, 0, ULLONG_MAX);
}
