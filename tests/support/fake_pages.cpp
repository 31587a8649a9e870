#include "tests/support/fake_pages.h"

#include <fstream>
#include <random>
#include <thread>

using namespace rag;

namespace {

constexpr int kCharactersPerLine = 80;

class FakePages final : public PageSource
{
public:
    FakePages(std::shared_ptr<FakePagesPlan> plan, int pages, unsigned seed)
        : m_plan(std::move(plan))
        , m_seed(seed)
    {
        m_info.pages = pages;
        m_info.title = "Fake " + std::to_string(seed);
        for (int page = 0; page < pages; ++page)
            m_info.labels.push_back("p" + std::to_string(page + 1));
    }

    const PdfInfo &info() const override { return m_info; }

    Result<PageContent> page(int page, const CancelToken &cancel) override
    {
        std::this_thread::sleep_for(m_plan->perPage);
        if (m_plan->onPage)
            m_plan->onPage(page);
        if (cancel.isCancelled())
            return fail(ErrorCode::Cancelled, "stopped");
        if (const auto error = m_plan->errors.find(page); error != m_plan->errors.end())
            return fail(error->second, "told to fail");
        ++m_plan->pagesRead;
        if (m_plan->empty.contains(page))
            return makePage(page, {});
        std::vector<std::string> paragraphs = fakeParagraphs(m_seed, page);
        if (const auto extra = m_plan->extra.find(page); extra != m_plan->extra.end())
            paragraphs.push_back(extra->second);
        PageContent content =
            makePage(page, paragraphs, page % 3 == 0 ? std::set<std::size_t>{0} : std::set<std::size_t>{});
        content.findings.ocr = m_plan->ocr.contains(page);
        return content;
    }

private:
    std::shared_ptr<FakePagesPlan> m_plan;
    unsigned m_seed;
    PdfInfo m_info;
};

} // namespace

PageContent makePage(int page, const std::vector<std::string> &paragraphs,
                     const std::set<std::size_t> &headings)
{
    PageContent content;
    content.page = page;
    content.width = 612;
    content.height = 792;
    for (std::size_t i = 0; i < paragraphs.size(); ++i) {
        if (!content.text.empty())
            content.text += "\n\n";
        const auto begin = static_cast<std::uint32_t>(content.text.size());
        content.text += paragraphs[i];
        const bool heading = headings.contains(i);
        content.blocks.push_back({begin, static_cast<std::uint32_t>(content.text.size()),
                                  heading ? BlockKind::Heading : BlockKind::Body, heading ? 18.0F : 10.0F});
    }
    int column = 0;
    int line = 0;
    for (std::uint32_t i = 0; i < content.text.size(); ++i) {
        const char c = content.text[i];
        const bool continues = (static_cast<unsigned char>(c) & 0xC0) == 0x80;
        if (c == '\n') {
            line += column > 0 ? 1 : 0;
            column = 0;
        } else if (continues) {
            content.chars.back().end = i + 1;
        } else {
            if (c != ' ')
                content.chars.push_back({i,
                                         i + 1,
                                         {72.0F + 5.0F * static_cast<float>(column),
                                          72.0F + 12.0F * static_cast<float>(line), 5, 10}});
            if (++column == kCharactersPerLine) {
                column = 0;
                ++line;
            }
        }
    }
    return content;
}

std::vector<std::string> fakeParagraphs(unsigned seed, int page)
{
    std::mt19937 generator(seed * 1000003U + static_cast<unsigned>(page));
    const auto random = [&] { return static_cast<unsigned>(generator()); };
    std::vector<std::string> paragraphs;
    const unsigned count = 1 + random() % 4;
    for (unsigned i = 0; i < count; ++i) {
        std::string text;
        const unsigned sentences = i == 0 ? 1 : 1 + random() % 8;
        for (unsigned s = 0; s < sentences; ++s) {
            text += text.empty() ? "Word" : " Word";
            const unsigned words = 3 + random() % 25;
            for (unsigned w = 0; w < words; ++w)
                text += " w" + std::to_string(random() % 500);
            text += ".";
        }
        paragraphs.push_back(text);
    }
    return paragraphs;
}

OpenSource fakeSource(std::shared_ptr<FakePagesPlan> plan)
{
    return [plan](const std::filesystem::path &path,
                  const std::string &password) -> Result<std::unique_ptr<PageSource>> {
        std::ifstream file(path);
        int pages = 0;
        unsigned seed = 0;
        if (plan->damaged || !(file >> pages >> seed))
            return fail(ErrorCode::Damaged, "no document");
        if (password != plan->password)
            return fail(ErrorCode::Locked, "password missing or wrong");
        return std::make_unique<FakePages>(plan, pages, seed);
    };
}
