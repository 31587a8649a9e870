#pragma once

#include "rag/model/language_model.h"

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Quotes that are real by construction: a model that opens a quotation mark can only go on with what a
/// passage says, and can write no citation number that names none.
namespace rag {

/// Passages as quotes are held to: white space of any length is one blank. Number n is text n - 1.
class QuotableTexts
{
public:
    explicit QuotableTexts(std::span<const std::string> passages);

    int count() const { return int(m_texts.size()); }

    const std::string &text(int passage) const { return m_texts[std::size_t(passage)]; }

    bool wordBegins(int passage, std::uint32_t at) const { return m_begins[std::size_t(passage)][at] != 0; }

    /// A quote may stop before byte `at`: no word is cut there.
    bool wordEnds(int passage, std::uint32_t at) const { return m_ends[std::size_t(passage)][at] != 0; }

private:
    std::vector<std::string> m_texts;
    std::vector<std::vector<std::uint8_t>> m_begins; ///< [passage][text size]
    std::vector<std::vector<std::uint8_t>> m_ends;   ///< [passage][text size + 1]
};

/// Where an answer stands that is read byte by byte: in plain text, in a mark "[n", or in a quote. Quotes are
/// "...", “...” and «...»; a mark of inches (5") opens none. A quote belongs to the passage whose mark came
/// last in its sentence, else to any. Only as many bytes of a character as have come are known, so it may
/// stop anywhere.
class QuoteState
{
public:
    explicit QuoteState(const QuotableTexts &texts);

    /// @return false: this byte can not come here; the state is then of no use
    bool step(char byte);

    bool inQuote() const { return m_mode == Mode::Quote; }

    /// Plain text with nothing pending: what holds neither "[" nor a quotation mark leaves it so.
    bool isPlain() const { return m_mode == Mode::Plain && m_partial.empty(); }

private:
    enum class Mode { Plain, Mark, Quote };

    struct Place
    {
        int passage = 0;
        std::uint32_t at = 0; ///< the next byte
    };

    bool stepPlain(char32_t c);
    bool stepMark(char32_t c);
    bool stepQuote();
    bool goesOn(const Place &place) const;
    bool mayClose() const;
    void open(std::string_view closing);

    const QuotableTexts *m_texts;
    Mode m_mode = Mode::Plain;
    std::string m_partial; ///< bytes of a character that is not whole yet
    char32_t m_last = 0;   ///< the character before, and the one before that
    char32_t m_beforeLast = 0;
    int m_number = 0;           ///< of the mark that is being written
    int m_cited = 0;            ///< of the last mark of this sentence; 0: none
    std::string_view m_closing; ///< what ends the quote
    bool m_fresh = false;       ///< nothing of the quote has come
    std::vector<Place> m_places;
};

/// A TokenMask for one generation. The model and the texts must outlive it.
class QuoteMask
{
public:
    QuoteMask(const QuotableTexts &texts, const LanguageModel &model);

    void operator()(std::span<const Token> answer, MaskedTokens &next);

private:
    void readVocabulary(int size);
    void follow(std::span<const Token> answer);

    struct Entry
    {
        Token token = 0;
        std::string bytes;
        bool plain = true; ///< no "[" and no quotation mark in it
    };

    const QuotableTexts *m_texts;
    const LanguageModel *m_model;
    std::array<std::vector<Entry>, 256> m_byFirst; ///< tokens by their first byte
    QuoteState m_state;
    std::vector<Token> m_seen;
    bool m_lost = false; ///< the answer went where no mask allowed: nothing is held any more
};

} // namespace rag
