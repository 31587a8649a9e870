#include "cuda_simulator/fiber.h"

#include <sys/mman.h>

#include <cstdint>
#include <cstdlib>
#include <new>

#if !defined(__x86_64__)
#include <ucontext.h>
#endif

namespace simulator {

namespace {

constexpr std::size_t kStack = 256 * 1024; ///< only what is touched takes memory

} // namespace

#if defined(__x86_64__)

// The registers that a function must keep (System V AMD64 ABI, 3.2.1) go onto the stack that is left and come
// from the one that is entered.
extern "C" void warraqSwitchStack(void **from, void *to);
asm(R"(
.text
.globl warraqSwitchStack
.type warraqSwitchStack,@function
warraqSwitchStack:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret
.size warraqSwitchStack,.-warraqSwitchStack
)");

#endif

struct Fiber::Impl
{
    const std::function<void()> *body = nullptr;
    bool more = false;
    void *stack = nullptr;
#if defined(__x86_64__)
    void *inside = nullptr;
    void *outside = nullptr;
#else
    ucontext_t inside{};
    ucontext_t outside{};
#endif
    static Impl *s_starting;

    void leave()
    {
#if defined(__x86_64__)
        warraqSwitchStack(&inside, outside);
#else
        swapcontext(&inside, &outside);
#endif
    }

    static void run()
    {
        Impl &self = *s_starting;
        (*self.body)();
        self.more = false;
        self.leave();
        std::abort(); // an ended fiber is never resumed
    }
};

Fiber::Impl *Fiber::Impl::s_starting = nullptr;

Fiber::Fiber()
    : m_impl(std::make_unique<Impl>())
{
    m_impl->stack =
        mmap(nullptr, kStack, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (m_impl->stack == MAP_FAILED) {
        throw std::bad_alloc();
    }
}

Fiber::~Fiber()
{
    munmap(m_impl->stack, kStack);
}

void Fiber::start(const std::function<void()> &body)
{
    m_impl->body = &body;
    m_impl->more = true;
#if defined(__x86_64__)
    auto *top = reinterpret_cast<std::uintptr_t *>(static_cast<std::byte *>(m_impl->stack) + kStack);
    *--top = 0; // where a return address would be: the stack is aligned as after a call
    *--top = reinterpret_cast<std::uintptr_t>(&Impl::run);
    top -= 6;
    m_impl->inside = top;
#else
    getcontext(&m_impl->inside);
    m_impl->inside.uc_stack.ss_sp = m_impl->stack;
    m_impl->inside.uc_stack.ss_size = kStack;
    m_impl->inside.uc_link = nullptr;
    makecontext(&m_impl->inside, &Impl::run, 0);
#endif
}

bool Fiber::resume()
{
    Impl::s_starting = m_impl.get();
#if defined(__x86_64__)
    warraqSwitchStack(&m_impl->outside, m_impl->inside);
#else
    swapcontext(&m_impl->outside, &m_impl->inside);
#endif
    return m_impl->more;
}

void Fiber::yield()
{
    m_impl->leave();
}

} // namespace simulator
