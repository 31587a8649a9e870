#include "app/cli/terminal.h"

#include "engine/base/unicode.h"

#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <iostream>

namespace app {

namespace {

constexpr int kBarWidth = 24;

bool turnsWriting(char32_t c)
{
    return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

bool isHarmful(char32_t c)
{
    return (c < 0x20 && c != U'\n' && c != U'\t') || (c >= 0x7F && c < 0xA0);
}

/// Turns echo off while it lives.
class Silence
{
public:
    Silence()
        : m_known(tcgetattr(STDIN_FILENO, &m_before) == 0)
    {
        termios silent = m_before;
        silent.c_lflag &= ~tcflag_t(ECHO);
        if (m_known)
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    }

    ~Silence()
    {
        if (m_known)
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &m_before);
    }

    Silence(const Silence &) = delete;
    Silence &operator=(const Silence &) = delete;

private:
    termios m_before = {};
    bool m_known;
};

} // namespace

bool inputIsTerminal()
{
    return isatty(STDIN_FILENO) != 0;
}

bool outputIsTerminal()
{
    return isatty(STDOUT_FILENO) != 0;
}

bool errorIsTerminal()
{
    return isatty(STDERR_FILENO) != 0;
}

std::string plainText(std::string_view text)
{
    std::string plain;
    for (std::size_t at = 0; at < text.size();) {
        const char32_t c = engine::nextCodePoint(text, at);
        if (isHarmful(c))
            engine::appendUtf8(plain, 0xFFFD);
        else if (!turnsWriting(c))
            engine::appendUtf8(plain, c);
    }
    return plain;
}

std::optional<std::string> askPassword(const std::string &file)
{
    if (!inputIsTerminal() || !errorIsTerminal())
        return std::nullopt;
    std::fprintf(stderr, "Password of %s: ", plainText(file).c_str());
    std::string password;
    bool read = false;
    {
        const Silence silence;
        read = bool(std::getline(std::cin, password));
    }
    std::fputc('\n', stderr);
    std::cin.clear();
    return read && !password.empty() ? std::optional(password) : std::nullopt;
}

ProgressBar::ProgressBar(bool shown)
    : m_shown(shown && errorIsTerminal())
{
}

ProgressBar::~ProgressBar()
{
    if (m_drawn)
        std::fputs("\r\033[K", stderr);
}

void ProgressBar::show(std::string_view label, int done, int total)
{
    if (!m_shown)
        return;
    const int filled = total > 0 ? std::clamp(kBarWidth * done / total, 0, kBarWidth) : 0;
    const std::string bar =
        std::string(std::size_t(filled), '#') + std::string(std::size_t(kBarWidth - filled), '.');
    std::fprintf(stderr, "\r\033[K[%s] %d/%d %s", bar.c_str(), done, total, plainText(label).c_str());
    std::fflush(stderr);
    m_drawn = true;
}

void showProgress(ProgressBar &bar, const rag::IngestProgress &progress)
{
    if (progress.stage == rag::IngestStage::Embedding)
        bar.show(progress.name + ": embedding passages", progress.chunksEmbedded, progress.chunks);
    else
        bar.show(progress.name + ": reading pages", progress.pagesDone, progress.pages);
}

} // namespace app
