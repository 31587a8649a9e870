#include "rag/store/blob.h"

#include <cmath>
#include <cstring>

namespace rag {

namespace {

constexpr float kUnitsPerPoint = 16;

class Writer
{
public:
    void number(std::uint64_t value)
    {
        while (value >= 0x80) {
            m_blob.push_back(static_cast<std::uint8_t>(value | 0x80));
            value >>= 7;
        }
        m_blob.push_back(static_cast<std::uint8_t>(value));
    }

    void signedNumber(std::int64_t value)
    {
        number(static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63));
    }

    void text(std::string_view value)
    {
        number(value.size());
        m_blob.insert(m_blob.end(), value.begin(), value.end());
    }

    Blob take() { return std::move(m_blob); }

private:
    Blob m_blob;
};

/// After the first thing that is wrong every number is 0 and ok() is false.
class Reader
{
public:
    explicit Reader(std::span<const std::uint8_t> blob)
        : m_rest(blob)
    {
    }

    std::uint64_t number()
    {
        std::uint64_t value = 0;
        for (int shift = 0; shift < 64 && !m_rest.empty(); shift += 7) {
            const std::uint8_t byte = m_rest.front();
            m_rest = m_rest.subspan(1);
            value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
            if (byte < 0x80)
                return value;
        }
        return broken();
    }

    std::int64_t signedNumber()
    {
        const std::uint64_t value = number();
        return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
    }

    /// A difference of coordinates: no sum of those checked by near() can overflow.
    std::int64_t step()
    {
        const std::int64_t value = signedNumber();
        require(value >= -kFarthest && value <= kFarthest);
        return m_ok ? value : 0;
    }

    void near(std::int64_t coordinate) { require(coordinate >= -kFarthest && coordinate <= kFarthest); }

    /// A number that fits 32 bits.
    std::uint32_t small()
    {
        const std::uint64_t value = number();
        return static_cast<std::uint32_t>(value <= 0x7fffffff ? value : broken());
    }

    /// How many entries follow; each takes a byte at least, so no claim can be larger than what is there.
    std::size_t count()
    {
        const std::uint64_t value = number();
        return static_cast<std::size_t>(value <= m_rest.size() ? value : broken());
    }

    std::string text()
    {
        const std::size_t size = count();
        std::string value(reinterpret_cast<const char *>(m_rest.data()), size);
        m_rest = m_rest.subspan(size);
        return value;
    }

    void require(bool condition)
    {
        if (!condition)
            broken();
    }

    bool ok() const { return m_ok; }

    bool atEnd() const { return m_rest.empty(); }

private:
    static constexpr std::int64_t kFarthest = std::int64_t{1} << 40;

    std::uint64_t broken()
    {
        m_ok = false;
        m_rest = {};
        return 0;
    }

    std::span<const std::uint8_t> m_rest;
    bool m_ok = true;
};

template <class T>
Result<std::vector<T>> finished(const Reader &reader, std::vector<T> values)
{
    if (!reader.ok() || !reader.atEnd())
        return fail(ErrorCode::Damaged, "a list in the library's file can not be read");
    return values;
}

/// A box by its edges in whole units, so that differences add up without drifting.
struct Edges
{
    std::int64_t left = 0;
    std::int64_t top = 0;
    std::int64_t right = 0;
    std::int64_t bottom = 0;
};

std::int64_t units(float points)
{
    constexpr float kFar = 1e7F; // far outside of any page
    return std::isfinite(points) ? std::llround(std::clamp(points, -kFar, kFar) * kUnitsPerPoint) : 0;
}

Edges edgesOf(const Box &box)
{
    return {units(box.x), units(box.y), units(box.right()), units(box.bottom())};
}

Box boxOf(const Edges &edges)
{
    const auto points = [](std::int64_t value) { return static_cast<float>(value) / kUnitsPerPoint; };
    return {points(edges.left), points(edges.top), points(edges.right - edges.left),
            points(edges.bottom - edges.top)};
}

// What a character shares with the one before it in its line is not written: a typical one takes 2 to 3
// bytes.
enum CharFlag : unsigned {
    NoGap = 1,
    OneByte = 2,
    TwoBytes = 4,
    Adjoining = 8,
    SameTop = 16,
    SameHeight = 32
};

} // namespace

Blob packChars(std::span<const CharBox> chars)
{
    Writer writer;
    writer.number(chars.size());
    Edges before;
    std::uint32_t end = 0;
    for (const CharBox &one : chars) {
        const Edges now = edgesOf(one.box);
        const std::uint32_t length = one.end - one.begin;
        const std::int64_t heightBefore = before.bottom - before.top;
        const std::int64_t height = now.bottom - now.top;
        const unsigned flags = (one.begin == end ? NoGap : 0U) | (length == 1 ? OneByte : 0U) |
                               (length == 2 ? TwoBytes : 0U) | (now.left == before.right ? Adjoining : 0U) |
                               (now.top == before.top ? SameTop : 0U) |
                               (height == heightBefore ? SameHeight : 0U);
        writer.number(flags);
        if (!(flags & NoGap))
            writer.number(one.begin - end);
        if (!(flags & (OneByte | TwoBytes)))
            writer.number(length);
        if (!(flags & Adjoining))
            writer.signedNumber(now.left - before.right);
        if (!(flags & SameTop))
            writer.signedNumber(now.top - before.top);
        if (!(flags & SameHeight))
            writer.signedNumber(height - heightBefore);
        writer.signedNumber(now.right - now.left);
        before = now;
        end = one.end;
    }
    return writer.take();
}

Result<std::vector<CharBox>> unpackChars(std::span<const std::uint8_t> blob, std::size_t textSize)
{
    Reader reader(blob);
    std::vector<CharBox> chars(reader.count());
    Edges before;
    std::uint32_t end = 0;
    for (CharBox &one : chars) {
        const std::uint64_t flags = reader.number();
        one.begin = end + (flags & NoGap ? 0 : reader.small());
        const std::uint32_t length = flags & OneByte ? 1 : flags & TwoBytes ? 2 : reader.small();
        one.end = one.begin + length;
        Edges now;
        now.left = before.right + (flags & Adjoining ? 0 : reader.step());
        now.top = before.top + (flags & SameTop ? 0 : reader.step());
        now.bottom = now.top + before.bottom - before.top + (flags & SameHeight ? 0 : reader.step());
        now.right = now.left + reader.step();
        reader.near(now.right);
        reader.near(now.top);
        reader.near(now.bottom);
        reader.require(one.begin >= end && one.end >= one.begin && one.end <= textSize);
        if (!reader.ok())
            break;
        one.box = boxOf(now);
        before = now;
        end = one.end;
    }
    return finished(reader, std::move(chars));
}

Blob packBlocks(std::span<const Block> blocks)
{
    Writer writer;
    writer.number(blocks.size());
    for (const Block &block : blocks) {
        writer.number(block.begin);
        writer.number(block.end - block.begin);
        writer.number(static_cast<std::uint64_t>(block.kind));
        writer.signedNumber(units(block.fontSize));
    }
    return writer.take();
}

Result<std::vector<Block>> unpackBlocks(std::span<const std::uint8_t> blob, std::size_t textSize)
{
    Reader reader(blob);
    std::vector<Block> blocks(reader.count());
    for (Block &block : blocks) {
        block.begin = reader.small();
        block.end = block.begin + reader.small();
        const std::uint64_t kind = reader.number();
        reader.require(kind <= static_cast<std::uint64_t>(BlockKind::Caption));
        block.kind = kind <= static_cast<std::uint64_t>(BlockKind::Caption) ? static_cast<BlockKind>(kind)
                                                                            : BlockKind::Body;
        block.fontSize = static_cast<float>(reader.signedNumber()) / kUnitsPerPoint;
        reader.require(block.end <= textSize);
    }
    return finished(reader, std::move(blocks));
}

Blob packSegments(std::span<const Segment> segments)
{
    Writer writer;
    writer.number(segments.size());
    for (const Segment &segment : segments) {
        writer.number(static_cast<std::uint64_t>(segment.page));
        writer.number(segment.pageBegin);
        writer.number(segment.begin);
        writer.number(segment.length);
    }
    return writer.take();
}

Result<std::vector<Segment>> unpackSegments(std::span<const std::uint8_t> blob, std::size_t textSize)
{
    Reader reader(blob);
    std::vector<Segment> segments(reader.count());
    for (Segment &segment : segments) {
        segment.page = static_cast<int>(reader.small());
        segment.pageBegin = reader.small();
        segment.begin = reader.small();
        segment.length = reader.small();
        reader.require(std::size_t{segment.begin} + segment.length <= textSize);
    }
    return finished(reader, std::move(segments));
}

Blob packOutline(std::span<const OutlineItem> outline)
{
    Writer writer;
    writer.number(outline.size());
    for (const OutlineItem &item : outline) {
        writer.text(item.title);
        writer.signedNumber(item.level);
        writer.signedNumber(item.page);
    }
    return writer.take();
}

Result<std::vector<OutlineItem>> unpackOutline(std::span<const std::uint8_t> blob)
{
    Reader reader(blob);
    std::vector<OutlineItem> outline(reader.count());
    for (OutlineItem &item : outline) {
        item.title = reader.text();
        item.level = static_cast<int>(reader.signedNumber());
        item.page = static_cast<int>(reader.signedNumber());
    }
    return finished(reader, std::move(outline));
}

Blob packBoxes(std::span<const Box> boxes)
{
    Writer writer;
    writer.number(boxes.size());
    for (const Box &box : boxes) {
        const Edges edges = edgesOf(box);
        writer.signedNumber(edges.left);
        writer.signedNumber(edges.top);
        writer.signedNumber(edges.right - edges.left);
        writer.signedNumber(edges.bottom - edges.top);
    }
    return writer.take();
}

Result<std::vector<Box>> unpackBoxes(std::span<const std::uint8_t> blob)
{
    Reader reader(blob);
    std::vector<Box> boxes(reader.count());
    for (Box &box : boxes) {
        Edges edges;
        edges.left = reader.step();
        edges.top = reader.step();
        edges.right = edges.left + reader.step();
        edges.bottom = edges.top + reader.step();
        box = boxOf(edges);
    }
    return finished(reader, std::move(boxes));
}

Blob packFloats(std::span<const float> values)
{
    static_assert(sizeof(float) == 4);
    Blob blob(values.size_bytes());
    if (!values.empty())
        std::memcpy(blob.data(), values.data(), blob.size()); // every machine we build for is little-endian
    return blob;
}

Result<std::vector<float>> unpackFloats(std::span<const std::uint8_t> blob)
{
    if (blob.size() % sizeof(float) != 0)
        return fail(ErrorCode::Damaged, "a vector in the library's file can not be read");
    std::vector<float> values(blob.size() / sizeof(float));
    if (!values.empty())
        std::memcpy(values.data(), blob.data(), blob.size());
    return values;
}

} // namespace rag
