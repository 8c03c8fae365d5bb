// The threads of a CUDA block as fibers of one CPU thread: each runs until it waits for the others or ends. Warps run
// one after another, and so do the threads of a warp; both orders can be reversed, so that a missing barrier shows
// in one order or the other.
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/common_interface_defs.h>
#else  // the address sanitizer must be informed of every switch, or it takes another stack for a broken one
static void __sanitizer_start_switch_fiber(void**, const void*, size_t) {}
static void __sanitizer_finish_switch_fiber(void*, const void**, size_t*) {}
#endif

static struct { unsigned int x; } threadIdx, blockIdx, blockDim, gridDim;

// ---- contexts: `host_switch` goes from one stack to another, `host_begin` makes a stack that begins with `entry`

#if defined(__x86_64__) && !defined(HOST_UCONTEXT)
typedef void* Context;  // a stack pointer: on the stack lie the registers that a call must keep, then where to go on
extern "C" __attribute__((visibility("hidden"))) void host_switch(Context* from, Context* to);
asm(R"(
.text
host_switch:
  pushq %rbp; pushq %rbx; pushq %r12; pushq %r13; pushq %r14; pushq %r15
  movq %rsp, (%rdi)
  movq (%rsi), %rsp
  popq %r15; popq %r14; popq %r13; popq %r12; popq %rbx; popq %rbp
  ret
)");
static void host_begin(Context* context, char* stack, size_t size, void (*entry)()) {
  void** top = (void**)(stack + size);
  top[-1] = nullptr;  // the return address of `entry`, which never returns
  top[-2] = (void*)entry;
  *context = top - 8;
}
#else
typedef ucontext_t Context;
static void host_switch(Context* from, Context* to) { swapcontext(from, to); }
static void host_begin(Context* context, char* stack, size_t size, void (*entry)()) {
  getcontext(context);
  context->uc_stack.ss_sp = stack;
  context->uc_stack.ss_size = size;
  makecontext(context, entry, 0);
}
#endif

namespace host {
constexpr unsigned int WARP = 32, MOST = 1024;
constexpr size_t STACK = 1 << 20, APART = 576;  // tops of stacks a power of two apart would share a few cache lines

enum At { NOWHERE, END, BLOCK, WARPS, EXCHANGE };
static const char* const NAMES[] = {"nowhere", "their end", "__syncthreads", "__syncwarp", "a shuffle or ballot"};
struct Thread {
  Context context;
  char* stack;
  size_t size;
  void* fake;  // the sanitizer's
  At at;
  unsigned int rounds;  // exchanges so far
};
struct Call {
  void (*kernel)(const long long* count, const long long* cells);
  const long long *count, *cells;
  void operator()() const { kernel(count, cells); }
};
constexpr unsigned int DRIVER = MOST;  // this thread's own stack
static Thread threads[MOST + 1];
static unsigned int source = DRIVER, warp_first, warp_end;  // source: where the last switch came from
static bool in_fiber, reversed;
static char failure[200];
static jmp_buf failed;  // back to `launch`, from the driver
static Call call;

static void arrive(void* fake) {
  const void* stack;
  size_t size = 0;
  __sanitizer_finish_switch_fiber(fake, &stack, &size);
  if (size && source == DRIVER) threads[DRIVER].stack = (char*)stack, threads[DRIVER].size = size;
}
static void go(unsigned int to, bool for_ever = false) {
  Thread &self = threads[source = threadIdx.x], &other = threads[to];
  threadIdx.x = to;
  __sanitizer_start_switch_fiber(for_ever ? nullptr : &self.fake, other.stack, other.size);
  host_switch(&self.context, &other.context);
  arrive(self.fake);
}
static unsigned int next() {  // thread of the warp, then the driver, which checks that all are at the same barrier
  const unsigned int last = reversed ? warp_first : warp_end - 1;
  return threadIdx.x == last ? DRIVER : reversed ? threadIdx.x - 1 : threadIdx.x + 1;
}
[[noreturn]] static void fail(const char* format, ...) {
  va_list values;
  va_start(values, format);
  vsnprintf(failure, sizeof failure, format, values);
  va_end(values);
  if (in_fiber) go(DRIVER, true);
  longjmp(failed, 1);
}
static void wait(At at) {
  if (!in_fiber) fail("%s in a kernel that was taken for one without", NAMES[at]);
  threads[threadIdx.x].at = at;
  go(next());
}
static void body() {
  arrive(nullptr);
  call();
  threads[threadIdx.x].at = END;
  go(next(), true);
}
static char* stacks;
static char* map_stacks() {  // no guard pages: a process may have 65,530 mappings
  const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
  void* at = mmap(nullptr, MOST * STACK, PROT_READ | PROT_WRITE, flags, -1, 0);
  return at == MAP_FAILED ? nullptr : (char*)at;
}
static void begin_threads(unsigned int size) {
  if (!stacks && !(stacks = map_stacks())) fail("no memory for stacks");
  for (unsigned int i = 0; i < size; ++i) {
    Thread& thread = threads[i] = {};
    thread.stack = stacks + i * STACK, thread.size = STACK - i % WARP * APART;
    host_begin(&thread.context, thread.stack, thread.size, body);
  }
}
static At common(const char* group, unsigned int first, unsigned int end) {  // where all of them are
  for (unsigned int i = first; i < end; ++i)
    if (threads[i].at != threads[first].at)
      fail("some threads of a %s are at %s while others are at %s", group, NAMES[threads[first].at], NAMES[threads[i].at]);
  return threads[first].at;
}
static void run_warp(unsigned int first, unsigned int end) {  // until all its threads wait for the block, or have ended
  At at;
  warp_first = first, warp_end = end;
  do {
    threadIdx.x = DRIVER;
    in_fiber = true;
    go(reversed ? end - 1 : first);
    in_fiber = false;
    if (*failure) longjmp(failed, 1);
    at = common("warp", first, end);
    if (at == EXCHANGE && end - first < WARP) fail("expected a whole warp at a shuffle or ballot");
  } while (at != END && at != BLOCK);
}
static void run_fibers(unsigned int size) {
  const unsigned int warps = (size + WARP - 1) / WARP;
  begin_threads(size);
  do {
    for (unsigned int i = 0; i < warps; ++i) {
      const unsigned int first = WARP * (reversed ? warps - 1 - i : i);
      run_warp(first, first + WARP < size ? first + WARP : size);
    }
  } while (common("block", 0, size) != END);
}
static void run_plainly(unsigned int size) {
  for (unsigned int i = 0; i < size; ++i) {
    threadIdx.x = reversed ? size - 1 - i : i;
    call();
  }
}
}  // namespace host

// Use these stacks, or new ones where there are none: the libraries of a process share what one of them mapped.
extern "C" char* host_stacks(char* shared) { return host::stacks = shared ? shared : host::map_stacks(); }
