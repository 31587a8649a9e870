#pragma once

#include "rag/ingest/ingestor.h"

#include <optional>
#include <string>
#include <string_view>

namespace app {

bool inputIsTerminal();
bool outputIsTerminal();
bool errorIsTerminal();

/// Text from a document or model as it may go to a terminal: control characters (escape sequences among them)
/// and the marks that turn writing direction round become U+FFFD or go; new lines and tabs stay.
std::string plainText(std::string_view text);

/// Asks on the terminal without showing what is typed. Empty where there is no terminal or it was broken off.
std::optional<std::string> askPassword(const std::string &file);

/// A bar on stderr that is drawn over itself; nothing where stderr is no terminal.
class ProgressBar
{
public:
    /// @param shown  false: draws nothing
    explicit ProgressBar(bool shown);
    ~ProgressBar(); ///< takes the bar away

    void show(std::string_view label, int done, int total);

private:
    bool m_shown;
    bool m_drawn = false;
};

/// "reading" and "embedding" of one document on a bar.
void showProgress(ProgressBar &bar, const rag::IngestProgress &progress);

} // namespace app
