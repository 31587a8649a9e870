#pragma once

#include "rag/pdf/page_rows.h"

namespace rag::order {

/// A white strip between columns, through the rows [first, end).
struct Gutter
{
    float x = 0;
    std::size_t first = 0;
    std::size_t end = 0;
    float score = 0;
    float width = 0; ///< em
};

/// Looks for white strips that run down through the rows of a page.
class GutterSearch
{
public:
    /// @param em  size of the text
    GutterSearch(const std::vector<Row> &rows, float em);

    /// Between columns of running text; score 0: none.
    Gutter best() const;

    /// Between whatever stands in two parts of a page: the widest and longest, one a strip, best first.
    std::vector<Gutter> widest() const;

private:
    struct Run;
    using Judge = void (GutterSearch::*)(const Run &, float x, std::size_t end, Gutter &best) const;

    std::vector<float> candidates() const;
    void scan(float x, Gutter &best, Judge judgeRun) const;
    bool extend(Run &run, float x, std::size_t index) const;
    void judge(const Run &run, float x, std::size_t end, Gutter &best) const;
    void measure(const Run &run, float x, std::size_t end, Gutter &best) const;

    float m_em;
    std::vector<std::vector<Segment>> m_rows;
    std::vector<float> m_middles;
};

} // namespace rag::order
