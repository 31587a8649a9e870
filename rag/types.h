#pragma once

#include "engine/base/cancel.h"
#include "engine/base/result.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// The values handed from step to step. Text is UTF-8. A page is counted from 0 everywhere below the places
/// that show it (the window, the terminal, JSON), which add one. Byte ranges are [begin, end) and fall on
/// characters.
namespace rag {

using engine::CancelToken;
using engine::Error;
using engine::ErrorCode;
using engine::fail;
using engine::Result;

using DocumentId = std::int64_t;
using ChunkId = std::int64_t;
using ConversationId = std::int64_t;
using MessageId = std::int64_t;

/// A rectangle on a page, in points (1/72 inch) from the top left, page rotation applied.
struct Box
{
    float x = 0;
    float y = 0;
    float width = 0;
    float height = 0;

    float right() const { return x + width; }

    float bottom() const { return y + height; }
};

inline Box united(const Box &a, const Box &b)
{
    const float x = std::min(a.x, b.x);
    const float y = std::min(a.y, b.y);
    return {x, y, std::max(a.right(), b.right()) - x, std::max(a.bottom(), b.bottom()) - y};
}

/// Where the bytes [begin, end) of a text are drawn. In a text's list they ascend and do not overlap; white
/// space and what the page does not draw (a space put between two words) has none.
struct CharBox
{
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    Box box;
};

// ---- what the helper process reads
// ---------------------------------------------------------------------------

/// A word as the file has it: not yet in reading order, nor in logical order for right-to-left scripts.
struct PageWord
{
    std::string text;
    std::vector<CharBox> chars; ///< of `text`
    Box box;
    float fontSize = 0;
    int font = -1;    ///< index into PageText::fonts, -1: unknown
    int rotation = 0; ///< 0, 90, 180, 270
    bool spaceAfter = true;
};

struct PageText
{
    int page = 0;
    float width = 0; ///< points, rotation applied
    float height = 0;
    std::string label; ///< as printed, "iv"; empty: none
    std::vector<PageWord> words;
    std::vector<std::string> fonts;
    bool truncated = false; ///< more words than the limit were left out
};

struct OutlineItem
{
    std::string title;
    int level = 0;
    int page = -1; ///< -1: leads to no page
};

struct PdfInfo
{
    int pages = 0;
    std::string title;
    std::string author;
    std::string producer;
    std::vector<OutlineItem> outline;
    std::vector<std::string> labels; ///< one a page, or empty
};

/// Pixels of a page: 4 bytes each, blue green red unused (QImage::Format_RGB32 on little-endian machines).
struct PageImage
{
    int width = 0;
    int height = 0;
    std::vector<std::uint8_t> pixels; ///< [height, width, 4]
    float pointsPerPixel = 1;
};

// ---- what reading order makes of it
// ---------------------------------------------------------------------------

/// Running: header, footer or page number. Table: rows, one a line, cells parted by " | ", the header row
/// first where there is one.
enum class BlockKind { Body, Heading, Running, Table, Caption };

/// A paragraph, heading or running line: a byte range of its page's text.
struct Block
{
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    BlockKind kind = BlockKind::Body;
    float fontSize = 0;
};

enum class PageState { Read, NoText, Skipped };

/// How a page was read, for the extraction report.
struct PageFindings
{
    bool ocr = false;        ///< read from its picture
    float ocrConfidence = 0; ///< 0..1, mean over its words
    bool garbled = false;    ///< its text layer made no sense
    bool hiddenText = false; ///< holds text that a reader does not see
    int tables = 0;
    int captions = 0;
};

/// A page as a person reads it: logical order, NFKC, hyphens joined; "\n\n" between blocks, "\n" after a line
/// meant to end. This is the display copy: what is shown, quoted and cited. The index copy is made from it
/// (text/normalizer.h).
struct PageContent
{
    int page = 0;
    std::string label;
    float width = 0;
    float height = 0;
    std::string text;
    std::vector<CharBox> chars; ///< of `text`: the way back to the page
    std::vector<Block> blocks;
    PageState state = PageState::Read;
    std::string note; ///< why it was skipped, or what was repaired; English
    PageFindings findings;
};

/// Bytes of a chunk's text that were taken from a page's text as they are.
struct Segment
{
    int page = 0;
    std::uint32_t pageBegin = 0; ///< offset in PageContent::text
    std::uint32_t begin = 0;     ///< offset in Chunk::text
    std::uint32_t length = 0;
};

/// What is embedded, stored, found and cited.
struct Chunk
{
    int page = 0; ///< the first
    int lastPage = 0;
    std::string section; ///< title of the section it stands in; may be empty
    std::string text;
    std::vector<Segment>
        segments;   ///< ascending; bytes of `text` in none of them (a joining space) have no box
    int tokens = 0; ///< of the embedding model
};

// ---- what is found and said
// -----------------------------------------------------------------------------------

enum class DocumentState { Waiting, Ingesting, Done, PartlyDone, Failed, NeedsPassword };

struct Document
{
    DocumentId id = 0;
    std::string path;     ///< where it was added from
    std::string name;     ///< file name
    std::string title;    ///< of its metadata; may be empty
    std::string hash;     ///< SHA-256 of the file, hex
    std::string language; ///< "en", "ar", ... of most of its text; empty: unknown
    DocumentState state = DocumentState::Waiting;
    std::string note; ///< what went wrong; English
    int pages = 0;
    int pagesDone = 0;
    int pagesWithoutText = 0;
    int pagesSkipped = 0;
    int chunks = 0;
    int chunksEmbedded = 0;
    std::string addedAt; ///< ISO 8601, UTC
};

/// A chunk that was found.
struct Passage
{
    ChunkId chunk = 0;
    DocumentId document = 0;
    std::string documentName;
    int page = 0;
    int lastPage = 0;
    std::string pageLabel; ///< of the first page
    std::string section;
    std::string text;
    std::vector<Segment> segments;
    double score = 0;      ///< fused; larger is better
    double similarity = 0; ///< cosine with the question; 0 where the vectors did not find it
    int vectorRank = -1;   ///< 0 is first; -1: not found so
    int wordRank = -1;
};

struct Citation
{
    int n = 0; ///< the number in the answer, from 1
    DocumentId document = 0;
    std::string documentName;
    int page = 0;
    std::string pageLabel;
    std::string quote;      ///< verbatim from the page
    std::vector<Box> boxes; ///< the quote's lines on that page
};

struct Question
{
    std::string text;
    std::vector<DocumentId> documents; ///< empty: the whole library
    ConversationId conversation = 0;   ///< 0: none
    int firstPage = 0;                 ///< only passages that stand on pages [firstPage, lastPage]
    int lastPage = -1;                 ///< -1: to the end
    std::string searchText;            ///< what to search for; empty: made from text and history
};

struct AnswerSeconds
{
    double retrieve = 0;
    double prefill = 0;
    double decode = 0;
};

enum class Verdict { Supported, Weak, Unsupported };

/// A sentence of an answer and what stands behind it.
struct AnswerSentence
{
    std::uint32_t begin = 0; ///< in Answer::text
    std::uint32_t end = 0;
    Verdict verdict = Verdict::Unsupported;
    bool quoted = false;        ///< word for word from a page, not written by a model
    double support = 0;         ///< 0..1
    std::vector<int> citations; ///< numbers of its evidence
};

/// Where a key term of the question stands in the scope.
struct TermHits
{
    std::string term;                               ///< as the question writes it
    int pages = 0;                                  ///< that hold it
    std::vector<std::pair<DocumentId, int>> places; ///< the first few: document and page
};

/// What a look at every page of the scope found, before "it is not in there" is said.
struct ScopeScan
{
    int pagesSearched = 0;
    int pagesInScope = 0; ///< more than were searched where pages have no text yet
    std::vector<TermHits> terms;
};

struct Answer
{
    std::string text; ///< Markdown with citation marks "[1]"; each mark has its Citation
    bool abstained = false;
    bool stopped = false; ///< by the user
    std::vector<Citation> citations;
    std::vector<Passage> passages; ///< passage i is number i + 1 of the prompt
    std::string searchedFor; ///< the question as searched for; differs from what was asked in a follow-up
    std::string extract;     ///< the extractive line alone, without marks
    std::string generated;   ///< what of the model's text was kept, without marks
    std::vector<AnswerSentence> sentences;
    std::optional<ScopeScan> scan; ///< made when the passages do not hold the answer
    double confidence = 0;         ///< that the documents hold the answer, 0..1
    std::string thinking;          ///< of a reasoning model
    std::string model;
    std::string device;
    int promptTokens = 0;
    int reusedTokens = 0; ///< of the prompt, known from an earlier one
    int answerTokens = 0;
    AnswerSeconds seconds;
};

/// What has been said before in a conversation.
struct Exchange
{
    std::string question;
    std::string answer;
};

} // namespace rag
