#include "tests/support/make_pdf.h"

#include "engine/base/unicode.h"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <map>

namespace support {

namespace {

std::string number(double value)
{
    char buffer[32];
    std::snprintf(buffer, sizeof buffer, "%.3f", value);
    return buffer;
}

std::string escaped(const std::string &text)
{
    std::string out;
    for (const char c : text) {
        if (c == '(' || c == ')' || c == '\\')
            out += '\\';
        out += c;
    }
    return out;
}

bool isAscii(const std::string &text)
{
    return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// Codes 33.. for the characters of texts that Helvetica's encoding does not have.
class CodeTable
{
public:
    std::string encode(const std::string &text)
    {
        std::string out;
        std::size_t at = 0;
        while (at < text.size()) {
            const char32_t c = engine::nextCodePoint(text, at);
            const auto code = m_codes.try_emplace(c, static_cast<int>(m_codes.size()) + 33).first->second;
            out += hex(static_cast<unsigned>(code), 2);
        }
        return out;
    }

    std::string toUnicode() const
    {
        std::string out = "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
                          "1 begincodespacerange <00> <FF> endcodespacerange\n";
        out += std::to_string(m_codes.size()) + " beginbfchar\n";
        for (const auto &[c, code] : m_codes) {
            const std::string utf16 =
                c < 0x10000 ? hex(c, 4)
                            : hex(0xD800 + ((c - 0x10000) >> 10), 4) + hex(0xDC00 + (c & 0x3FF), 4);
            out += "<" + hex(static_cast<unsigned>(code), 2) + "> <" + utf16 + ">\n";
        }
        return out + "endbfchar endcmap end end\n";
    }

private:
    static std::string hex(unsigned value, int digits)
    {
        char buffer[16];
        std::snprintf(buffer, sizeof buffer, "%0*X", digits, value);
        return buffer;
    }

    std::map<char32_t, int> m_codes;
};

/// Objects by number, then the file with its table.
class PdfWriter
{
public:
    explicit PdfWriter(const PdfSpec &spec)
        : m_spec(spec)
    {
    }

    std::string run()
    {
        const std::size_t pages = m_spec.pages.size();
        m_objects.resize(kFirstPage + 2 * pages + m_spec.outline.size());
        for (std::size_t i = 0; i < pages; ++i)
            addPage(i);
        addFonts();
        addOutline();
        addCatalog();
        return file();
    }

private:
    // Numbers, from 1: catalog, page tree, information, three fonts, map, outline; then pages and their
    // contents.
    static constexpr std::size_t kFirstPage = 9;

    std::size_t pageNumber(std::size_t i) const { return kFirstPage + 2 * i; }

    std::size_t bookmarkNumber(std::size_t i) const { return kFirstPage + 2 * m_spec.pages.size() + i; }

    std::string &object(std::size_t numberOfIt) { return m_objects[numberOfIt - 1]; }

    static std::string reference(std::size_t numberOfIt) { return std::to_string(numberOfIt) + " 0 R"; }

    static std::string stream(const std::string &content)
    {
        return "<< /Length " + std::to_string(content.size()) + " >>\nstream\n" + content + "\nendstream";
    }

    std::string drawn(const PdfText &text, double height)
    {
        static constexpr const char *kTurns[] = {"1 0 0 1", "0 1 -1 0", "-1 0 0 -1", "0 -1 1 0"};
        const bool ascii = isAscii(text.text);
        const std::string font = !ascii ? "/F3" : text.bold ? "/F2" : "/F1";
        const std::string shown =
            ascii ? "(" + escaped(text.text) + ")" : "<" + m_codes.encode(text.text) + ">";
        return "BT " + font + " " + number(text.size) + " Tf " + kTurns[(text.turn / 90) % 4] + " " +
               number(text.x) + " " + number(height - text.baseline) + " Tm " + shown + " Tj ET\n";
    }

    void addPage(std::size_t i)
    {
        const PdfPage &page = m_spec.pages[i];
        std::string content;
        for (const PdfText &text : page.texts)
            content += drawn(text, page.height);
        content += page.content;
        object(pageNumber(i)) = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 " + number(page.width) + " " +
                                number(page.height) + "] /Rotate " + std::to_string(page.rotate) +
                                " /Resources << /Font << /F1 4 0 R /F2 5 0 R /F3 6 0 R >> >> /Contents " +
                                reference(pageNumber(i) + 1) + " >>";
        object(pageNumber(i) + 1) = stream(content);
    }

    void addFonts()
    {
        object(4) = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>";
        object(5) = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>";
        std::string widths;
        for (int code = 33; code < 256; ++code)
            widths += " 600";
        object(6) =
            "<< /Type /Font /Subtype /Type1 /BaseFont /Courier /FirstChar 33 /LastChar 255 /Widths [" +
            widths + "] /ToUnicode 7 0 R >>";
        object(7) = stream(m_codes.toUnicode());
    }

    void addOutline()
    {
        const std::size_t count = m_spec.outline.size();
        object(8) = count == 0 ? "null"
                               : "<< /Type /Outlines /First " + reference(bookmarkNumber(0)) + " /Last " +
                                     reference(bookmarkNumber(lastOf(0))) + " >>";
        for (std::size_t i = 0; i < count; ++i) {
            const PdfBookmark &item = m_spec.outline[i];
            std::string &out = object(bookmarkNumber(i));
            out = "<< /Title (" + escaped(item.title) + ") /Parent 8 0 R /Dest [" +
                  reference(pageNumber(static_cast<std::size_t>(item.page))) + " /Fit]";
            const std::size_t next = nextOf(i);
            if (next != i)
                out += " /Next " + reference(bookmarkNumber(next));
            if (i + 1 < count && m_spec.outline[i + 1].level > item.level)
                out += " /First " + reference(bookmarkNumber(i + 1)) + " /Last " +
                       reference(bookmarkNumber(lastOf(i + 1))) + " /Count 1";
            out += " >>";
        }
    }

    /// The next of the same level under the same parent; itself: none.
    std::size_t nextOf(std::size_t i) const
    {
        for (std::size_t k = i + 1;
             k < m_spec.outline.size() && m_spec.outline[k].level >= m_spec.outline[i].level; ++k) {
            if (m_spec.outline[k].level == m_spec.outline[i].level)
                return k;
        }
        return i;
    }

    std::size_t lastOf(std::size_t first) const
    {
        for (std::size_t next = nextOf(first); next != first; next = nextOf(first))
            first = next;
        return first;
    }

    void addCatalog()
    {
        std::string kids;
        for (std::size_t i = 0; i < m_spec.pages.size(); ++i)
            kids += reference(pageNumber(i)) + " ";
        object(2) =
            "<< /Type /Pages /Count " + std::to_string(m_spec.pages.size()) + " /Kids [" + kids + "] >>";
        object(3) = "<< /Title (" + escaped(m_spec.title) + ") /Producer (make_pdf) >>";
        std::string labels;
        for (const auto &[page, style] : m_spec.labels)
            labels += std::to_string(page) + " << " + style + " >> ";
        object(1) = "<< /Type /Catalog /Pages 2 0 R" +
                    (labels.empty() ? "" : " /PageLabels << /Nums [" + labels + "] >>") +
                    (m_spec.outline.empty() ? "" : " /Outlines 8 0 R") + " >>";
    }

    std::string file() const
    {
        std::string out = "%PDF-1.7\n";
        std::string table = "0000000000 65535 f \n";
        for (std::size_t i = 0; i < m_objects.size(); ++i) {
            char entry[32];
            std::snprintf(entry, sizeof entry, "%010zu 00000 n \n", out.size());
            table += entry;
            out += std::to_string(i + 1) + " 0 obj\n" + (m_objects[i].empty() ? "null" : m_objects[i]) +
                   "\nendobj\n";
        }
        const std::string size = std::to_string(m_objects.size() + 1);
        const std::size_t start = out.size();
        out += "xref\n0 " + size + "\n" + table + "trailer\n<< /Size " + size +
               " /Root 1 0 R /Info 3 0 R >>\nstartxref\n" + std::to_string(start) + "\n%%EOF\n";
        return out;
    }

    const PdfSpec &m_spec;
    std::vector<std::string> m_objects;
    CodeTable m_codes;
};

} // namespace

PdfSpec pagesOf(const std::vector<std::string> &texts)
{
    PdfSpec spec;
    for (const std::string &text : texts) {
        PdfPage &page = spec.pages.emplace_back();
        double baseline = 72;
        std::size_t begin = 0;
        while (begin <= text.size()) {
            const std::size_t end = std::min(text.find('\n', begin), text.size());
            page.texts.push_back({72, baseline, text.substr(begin, end - begin)});
            baseline += 14;
            begin = end + 1;
        }
    }
    return spec;
}

std::string makePdf(const PdfSpec &spec)
{
    return PdfWriter(spec).run();
}

bool writePdf(const std::filesystem::path &path, const PdfSpec &spec)
{
    std::ofstream out(path, std::ios::binary);
    out << makePdf(spec);
    return static_cast<bool>(out);
}

} // namespace support
