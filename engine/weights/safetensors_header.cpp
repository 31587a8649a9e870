#include "engine/weights/safetensors_header.h"

#include "engine/weights/names.h"

#include <nlohmann/json.hpp>

#include <limits>
#include <unordered_set>

namespace engine {

namespace {

constexpr std::size_t kMostDimensions = 8;
constexpr std::size_t kDeepestMetadata = 8;

/// Takes the parser's events one by one and stops it at the first that does not belong: a hostile header of
/// 100 MB never becomes a tree in memory.
class Handler : public nlohmann::json_sax<nlohmann::json>
{
public:
    std::vector<SafetensorsEntry> entries;
    std::string problem;

    bool key(string_t &name) override
    {
        switch (m_state) {
        case State::Header:
            return beginEntry(name);
        case State::Entry:
            return beginField(name);
        default:
            return true; // inside __metadata__
        }
    }

    bool start_object(std::size_t) override
    {
        switch (m_state) {
        case State::Before:
            m_state = State::Header;
            return true;
        case State::Value:
            m_state = State::Entry;
            m_seen = 0;
            return true;
        case State::Metadata:
            return ++m_depth <= kDeepestMetadata || stop("__metadata__: nested too deeply");
        default:
            return stop(place() + "an object where none belongs");
        }
    }

    bool end_object() override
    {
        switch (m_state) {
        case State::Entry:
            m_state = State::Header;
            return m_seen == (kType | kShape | kOffsets) ||
                   stop(place() + "dtype, shape or data_offsets is missing");
        case State::Metadata:
            leaveMetadata();
            return true;
        default:
            m_state = State::After;
            return true;
        }
    }

    bool start_array(std::size_t) override
    {
        switch (m_state) {
        case State::Shape:
        case State::Offsets:
            return !std::exchange(m_inArray, true) || stop(place() + "an array in an array");
        case State::Metadata:
            return ++m_depth <= kDeepestMetadata || stop("__metadata__: nested too deeply");
        default:
            return stop(place() + "an array where none belongs");
        }
    }

    bool end_array() override
    {
        if (m_state == State::Metadata) {
            leaveMetadata();
            return true;
        }
        m_inArray = false;
        if (m_state == State::Offsets && m_offsets != 2) {
            return stop(place() + "data_offsets needs two numbers");
        }
        m_state = State::Entry;
        return true;
    }

    bool number_unsigned(number_unsigned_t value) override
    {
        if (m_state == State::Shape && m_inArray) {
            return addDimension(value);
        }
        if (m_state == State::Offsets && m_inArray) {
            return addOffset(value);
        }
        return other("a number");
    }

    bool string(string_t &value) override
    {
        if (m_state != State::Type) {
            return other("a string");
        }
        entries.back().type = value;
        m_state = State::Entry;
        return true;
    }

    bool number_integer(number_integer_t) override { return other("a negative number"); }

    bool number_float(number_float_t, const string_t &) override
    {
        return other("a number that is no integer");
    }

    bool boolean(bool) override { return other("a boolean"); }

    bool null() override { return other("null"); }

    bool binary(binary_t &) override { return other("binary data"); }

    bool parse_error(std::size_t position, const std::string &, const nlohmann::detail::exception &) override
    {
        return stop("not JSON at byte " + std::to_string(position));
    }

private:
    enum class State { Before, Header, Value, Entry, Type, Shape, Offsets, Metadata, After };
    static constexpr int kType = 1;
    static constexpr int kShape = 2;
    static constexpr int kOffsets = 4;

    std::string place() const
    {
        return entries.empty() ? std::string() : "tensor " + printable(entries.back().name) + ": ";
    }

    bool stop(std::string reason)
    {
        problem = std::move(reason);
        return false;
    }

    bool other(const char *what)
    {
        if (m_state != State::Metadata) {
            return stop(place() + what + " where none belongs");
        }
        if (m_depth == 0) {
            m_state = State::Header;
        }
        return true;
    }

    void leaveMetadata()
    {
        if (--m_depth == 0) {
            m_state = State::Header;
        }
    }

    bool beginEntry(const std::string &name)
    {
        if (!m_names.insert(name).second) {
            return stop("the name " + printable(name) + " appears twice");
        }
        if (name == "__metadata__") {
            m_state = State::Metadata;
            return true;
        }
        entries.push_back({name, {}, {}, 0, 0});
        m_state = State::Value;
        return true;
    }

    bool beginField(const std::string &name)
    {
        int field = 0;
        if (name == "dtype") {
            field = kType;
            m_state = State::Type;
        } else if (name == "shape") {
            field = kShape;
            m_state = State::Shape;
        } else if (name == "data_offsets") {
            field = kOffsets;
            m_state = State::Offsets;
        } else {
            return stop(place() + "unknown field " + printable(name));
        }
        if (m_seen & field) {
            return stop(place() + name + " appears twice");
        }
        m_seen |= field;
        m_offsets = 0;
        return true;
    }

    bool addDimension(std::uint64_t size)
    {
        auto &shape = entries.back().shape;
        if (shape.size() == kMostDimensions) {
            return stop(place() + "more than " + std::to_string(kMostDimensions) + " dimensions");
        }
        if (size > std::uint64_t(std::numeric_limits<std::int64_t>::max())) {
            return stop(place() + "dimension " + std::to_string(shape.size()) + " is " +
                        std::to_string(size));
        }
        shape.push_back(std::int64_t(size));
        return true;
    }

    bool addOffset(std::uint64_t offset)
    {
        if (m_offsets == 2) {
            return stop(place() + "data_offsets needs two numbers");
        }
        (m_offsets++ == 0 ? entries.back().begin : entries.back().end) = offset;
        return true;
    }

    State m_state = State::Before;
    std::size_t m_depth = 0; ///< inside __metadata__
    int m_seen = 0;          ///< fields of the entry
    int m_offsets = 0;
    bool m_inArray = false;
    std::unordered_set<std::string> m_names;
};

} // namespace

Result<std::vector<SafetensorsEntry>> parseSafetensorsHeader(std::string_view json, const std::string &source)
{
    // The parser would skip a byte order mark and take a NUL for the end.
    const std::size_t last = json.find_last_not_of(" \t\r\n");
    if (json.empty() || json.front() != '{' || json[last] != '}' ||
        json.find('\0') != std::string_view::npos) {
        return fail(ErrorCode::Damaged, source + ": header: not a JSON object");
    }
    Handler handler;
    if (!nlohmann::json::sax_parse(json, &handler)) {
        return fail(ErrorCode::Damaged,
                    source + ": header: " + (handler.problem.empty() ? "not JSON" : handler.problem));
    }
    return std::move(handler.entries);
}

} // namespace engine
