#include "rag/pdf/helper/sandbox.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include <initializer_list>

#ifdef __linux__
#include <sys/prctl.h>
#include <sys/syscall.h>
#if __has_include(<linux/landlock.h>)
#include <linux/landlock.h>
#define HAVE_LANDLOCK 1
#endif
#endif
#ifdef HAVE_SECCOMP
#include <seccomp.h>

#include <cerrno>
#endif

namespace rag::pdf {

namespace {

void limit(int resource, rlim_t value)
{
    rlimit now{};
    if (getrlimit(static_cast<__rlimit_resource_t>(resource), &now) != 0)
        return;
    now.rlim_cur = now.rlim_max == RLIM_INFINITY || value < now.rlim_max ? value : now.rlim_max;
    now.rlim_max = now.rlim_cur;
    setrlimit(static_cast<__rlimit_resource_t>(resource), &now);
}

#ifdef HAVE_LANDLOCK
/// Best effort: an older kernel answers ENOSYS and the process goes on with the other walls.
void confineReading()
{
    constexpr std::uint64_t kRead = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
    constexpr std::uint64_t kWrite =
        LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
        LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
        LANDLOCK_ACCESS_FS_MAKE_SYM | LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO;
    landlock_ruleset_attr attributes{};
    attributes.handled_access_fs = kRead | kWrite;
    const auto ruleset =
        static_cast<int>(syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0));
    if (ruleset < 0)
        return;
    for (const char *folder : {"/usr", "/lib", "/lib64", "/etc/fonts", "/etc/ld.so.cache",
                               "/var/cache/fontconfig", "/var/lib/ghostscript", "/nix/store", "/proc/self"}) {
        landlock_path_beneath_attr beneath{};
        beneath.parent_fd = open(folder, O_PATH | O_CLOEXEC);
        if (beneath.parent_fd < 0)
            continue;
        beneath.allowed_access = kRead;
        if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0) != 0) {
            beneath.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE; // a file takes no folder rights
            syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0);
        }
        close(beneath.parent_fd);
    }
    syscall(SYS_landlock_restrict_self, ruleset, 0);
    close(ruleset);
}
#endif

#ifdef HAVE_SECCOMP
void filterSystemCalls()
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    if (!filter)
        return;
    for (const int call : {SCMP_SYS(read),
                           SCMP_SYS(readv),
                           SCMP_SYS(pread64),
                           SCMP_SYS(write),
                           SCMP_SYS(writev),
                           SCMP_SYS(close),
                           SCMP_SYS(fstat),
                           SCMP_SYS(newfstatat),
                           SCMP_SYS(stat),
                           SCMP_SYS(lstat),
                           SCMP_SYS(statx),
                           SCMP_SYS(access),
                           SCMP_SYS(faccessat),
                           SCMP_SYS(faccessat2),
                           SCMP_SYS(readlink),
                           SCMP_SYS(readlinkat),
                           SCMP_SYS(getdents64),
                           SCMP_SYS(getcwd),
                           SCMP_SYS(statfs),
                           SCMP_SYS(fstatfs),
                           SCMP_SYS(lseek),
                           SCMP_SYS(fadvise64),
                           SCMP_SYS(fcntl),
                           SCMP_SYS(mmap),
                           SCMP_SYS(munmap),
                           SCMP_SYS(mremap),
                           SCMP_SYS(mprotect),
                           SCMP_SYS(madvise),
                           SCMP_SYS(brk),
                           SCMP_SYS(futex),
                           SCMP_SYS(rt_sigaction),
                           SCMP_SYS(rt_sigprocmask),
                           SCMP_SYS(rt_sigreturn),
                           SCMP_SYS(sigaltstack),
                           SCMP_SYS(gettimeofday),
                           SCMP_SYS(clock_gettime),
                           SCMP_SYS(clock_getres),
                           SCMP_SYS(getrandom),
                           SCMP_SYS(getpid),
                           SCMP_SYS(gettid),
                           SCMP_SYS(getuid),
                           SCMP_SYS(geteuid),
                           SCMP_SYS(getgid),
                           SCMP_SYS(getegid),
                           SCMP_SYS(tgkill),
                           SCMP_SYS(uname),
                           SCMP_SYS(sysinfo),
                           SCMP_SYS(getrusage),
                           SCMP_SYS(getrlimit),
                           SCMP_SYS(setrlimit),
                           SCMP_SYS(prlimit64),
                           SCMP_SYS(sched_yield),
                           SCMP_SYS(rseq),
                           SCMP_SYS(set_robust_list),
                           SCMP_SYS(sched_getaffinity),
                           SCMP_SYS(exit),
                           SCMP_SYS(exit_group),
                           SCMP_SYS(restart_syscall)})
        seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0);
    // Fonts and character maps are opened while reading; only for reading.
    constexpr auto kWriting = static_cast<scmp_datum_t>(O_WRONLY | O_RDWR | O_CREAT | O_TRUNC);
    const scmp_arg_cmp openatFlags{2, SCMP_CMP_MASKED_EQ, kWriting, 0};
    const scmp_arg_cmp openFlags{1, SCMP_CMP_MASKED_EQ, kWriting, 0};
    seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1, &openatFlags);
    seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(open), 1, &openFlags);
    seccomp_load(filter);
    seccomp_release(filter);
}
#endif

} // namespace

void limitResources(std::uint64_t memoryBytes)
{
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_FSIZE, 0);
    limit(RLIMIT_NOFILE, 64);
#ifndef WITH_SANITIZER
    if (memoryBytes > 0)
        limit(RLIMIT_AS, static_cast<rlim_t>(memoryBytes));
#else
    (void)memoryBytes;
#endif
}

void allowProcessorTime(std::uint32_t seconds)
{
    rusage used{};
    rlimit now{};
    if (getrusage(RUSAGE_SELF, &used) != 0 || getrlimit(RLIMIT_CPU, &now) != 0)
        return;
    now.rlim_cur = static_cast<rlim_t>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + seconds + 2;
    setrlimit(RLIMIT_CPU, &now);
}

void lockDown()
{
#ifdef __linux__
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#ifdef HAVE_LANDLOCK
    confineReading();
#endif
#ifdef HAVE_SECCOMP
    filterSystemCalls();
#endif
#endif
}

} // namespace rag::pdf
