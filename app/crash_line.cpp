#include "app/crash_line.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <ctime>
#include <string>

namespace app {

namespace {

/// For the handler, which can be given nothing and may not allocate.
std::array<char, 4096> g_file{};
alignas(std::max_align_t) std::array<char, 16384> g_stack{};

/// "YYYY-MM-DD HH:MM:SS UTC" without the C library's calendar, which is not safe here.
/// (H. Hinnant, chrono-compatible low-level date algorithms: civil_from_days.)
std::size_t appendNumber(char *to, long long value, int digits)
{
    for (int i = digits - 1; i >= 0; --i, value /= 10)
        to[i] = static_cast<char>('0' + value % 10);
    return static_cast<std::size_t>(digits);
}

std::size_t appendTime(char *to, long long seconds)
{
    const long long z = seconds / 86400 + 719468;
    const long long era = z / 146097;
    const long long dayOfEra = z - era * 146097;
    const long long yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146096) / 365;
    const long long dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
    const long long shifted = (5 * dayOfYear + 2) / 153;
    const long long month = shifted < 10 ? shifted + 3 : shifted - 9;
    const long long time = seconds % 86400;
    const std::array<long long, 6> parts{yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
                                         month,
                                         dayOfYear - (153 * shifted + 2) / 5 + 1,
                                         time / 3600,
                                         time / 60 % 60,
                                         time % 60};
    std::size_t size = 0;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        size += appendNumber(to + size, parts[i], i == 0 ? 4 : 2);
        to[size++] = "-- ::]"[i];
    }
    return size;
}

extern "C" void onCrash(int signal)
{
    // [2026-01-02 03:04:05] as in the lines before it, in UTC
    char line[128] = "[";
    std::size_t size = 1 + appendTime(line + 1, static_cast<long long>(::time(nullptr)));
    const char text[] = " UTC ended by signal ";
    std::memcpy(line + size, text, sizeof text - 1);
    size += sizeof text - 1;
    size += appendNumber(line + size, signal, 2);
    line[size++] = '\n';
    const int file = ::open(g_file.data(), O_WRONLY | O_APPEND | O_CLOEXEC);
    if (file >= 0) {
        static_cast<void>(::write(file, line, size) < 0);
        ::close(file);
    }
    ::raise(signal); // SA_RESETHAND: nobody catches it now
}

#ifdef WITH_SANITIZER
constexpr bool kSanitized = true; ///< it has its own handlers
#else
constexpr bool kSanitized = false;
#endif

} // namespace

void writeLineOnCrash(const std::filesystem::path &file)
{
    const std::string &name = file.native();
    if (kSanitized || name.size() >= g_file.size())
        return;
    std::memcpy(g_file.data(), name.c_str(), name.size() + 1);
    stack_t stack{};
    stack.ss_sp = g_stack.data();
    stack.ss_size = g_stack.size();
    ::sigaltstack(&stack, nullptr);
    struct sigaction action = {};
    action.sa_handler = onCrash;
    action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_ONSTACK;
    sigemptyset(&action.sa_mask);
    for (const int signal : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT})
        ::sigaction(signal, &action, nullptr);
}

} // namespace app
