#include "rag/pdf/page_rows.h"

#include <algorithm>

namespace rag::order {

namespace {

constexpr float kSegmentGap = 0.9F; ///< em; wider gaps part what may be columns or cells

float overlapShare(float top, float bottom, const Box &box)
{
    const float shared = std::min(bottom, box.bottom()) - std::max(top, box.y);
    const float smaller = std::min(bottom - top, box.height);
    return smaller > 0 ? shared / smaller : 0;
}

} // namespace

std::vector<Row> makeRows(PieceList pieces)
{
    std::stable_sort(pieces.begin(), pieces.end(), [](const Piece *a, const Piece *b) {
        return a->box.y + a->box.height / 2 < b->box.y + b->box.height / 2;
    });
    std::vector<Row> rows;
    for (const Piece *piece : pieces) {
        Row *best = nullptr;
        float bestShare = 0.5F;
        for (std::size_t i = rows.size(); i > 0 && i + 4 > rows.size(); --i) {
            const float share = overlapShare(rows[i - 1].top, rows[i - 1].bottom, piece->box);
            if (share > bestShare) {
                bestShare = share;
                best = &rows[i - 1];
            }
        }
        if (!best) {
            rows.push_back({});
            best = &rows.back();
        }
        best->pieces.push_back(piece);
        if (piece->end - piece->begin > best->chars) {
            best->top = piece->box.y;
            best->bottom = piece->box.bottom();
            best->chars = piece->end - piece->begin;
        }
    }
    for (Row &row : rows) {
        std::stable_sort(row.pieces.begin(), row.pieces.end(),
                         [](const Piece *a, const Piece *b) { return a->box.x < b->box.x; });
    }
    std::stable_sort(rows.begin(), rows.end(),
                     [](const Row &a, const Row &b) { return a.top + a.bottom < b.top + b.bottom; });
    return rows;
}

float medianSize(const PieceList &pieces)
{
    std::vector<float> sizes;
    for (const Piece *piece : pieces)
        sizes.insert(sizes.end(), std::min<std::size_t>(piece->end - piece->begin, 40), piece->size);
    if (sizes.empty())
        return 10;
    const auto middle = sizes.begin() + static_cast<std::ptrdiff_t>(sizes.size() / 2);
    std::nth_element(sizes.begin(), middle, sizes.end());
    return *middle;
}

std::vector<Segment> segmentsOf(const Row &row, float em)
{
    std::vector<Segment> out;
    for (std::size_t i = 0; i < row.pieces.size(); ++i) {
        const Piece *piece = row.pieces[i];
        const int chars = static_cast<int>(piece->end - piece->begin);
        if (!out.empty() && piece->box.x - out.back().right < kSegmentGap * std::max(em, piece->size)) {
            out.back().right = std::max(out.back().right, piece->box.right());
            out.back().chars += chars;
            out.back().end = i + 1;
        } else {
            out.push_back({piece->box.x, piece->box.right(), chars, i, i + 1});
        }
    }
    return out;
}

} // namespace rag::order
