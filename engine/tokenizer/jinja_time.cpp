#include "engine/tokenizer/jinja_builtins.h"

#include <algorithm>
#include <array>

namespace engine::jinja {

namespace {

constexpr std::size_t kLongestTime = 1000;

std::string twoDigits(int value)
{
    const std::string digits = std::to_string(value);
    return digits.size() < 2 ? "0" + digits : digits;
}

std::string timeField(const std::tm &time, char letter)
{
    static constexpr std::array<std::string_view, 12> kMonths{
        "January", "February", "March",     "April",   "May",      "June",
        "July",    "August",   "September", "October", "November", "December"};
    static constexpr std::array<std::string_view, 7> kDays{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                           "Thursday", "Friday", "Saturday"};
    const std::string_view month = kMonths[std::size_t(std::clamp(time.tm_mon, 0, 11))];
    const std::string_view day = kDays[std::size_t(std::clamp(time.tm_wday, 0, 6))];
    const int hour12 = time.tm_hour % 12 == 0 ? 12 : time.tm_hour % 12;
    switch (letter) {
    case 'Y':
        return std::to_string(time.tm_year + 1900);
    case 'y':
        return twoDigits(time.tm_year % 100);
    case 'm':
        return twoDigits(time.tm_mon + 1);
    case 'd':
        return twoDigits(time.tm_mday);
    case 'B':
        return std::string(month);
    case 'b':
        return std::string(month.substr(0, 3));
    case 'A':
        return std::string(day);
    case 'a':
        return std::string(day.substr(0, 3));
    case 'H':
        return twoDigits(time.tm_hour);
    case 'I':
        return twoDigits(hour12);
    case 'M':
        return twoDigits(time.tm_min);
    case 'S':
        return twoDigits(time.tm_sec);
    case 'p':
        return time.tm_hour < 12 ? "AM" : "PM";
    case 'j':
        return (time.tm_yday < 99 ? "0" : "") + twoDigits(time.tm_yday + 1);
    case 'F':
        return timeField(time, 'Y') + "-" + timeField(time, 'm') + "-" + timeField(time, 'd');
    case 'T':
        return timeField(time, 'H') + ":" + timeField(time, 'M') + ":" + timeField(time, 'S');
    case 'Z':
        return "";
    case '%':
        return "%";
    default:
        refuse("strftime_now does not know this format");
    }
}

} // namespace

std::string formatTime(const std::tm &time, std::string_view format)
{
    std::string out;
    for (std::size_t i = 0; i < format.size() && out.size() <= kLongestTime; ++i) {
        if (format[i] != '%') {
            out += format[i];
            continue;
        }
        const bool plain = i + 1 < format.size() && format[i + 1] == '-'; // without leading zeros
        i += plain ? 2 : 1;
        std::string field = i < format.size() ? timeField(time, format[i]) : "%";
        while (plain && field.size() > 1 && field[0] == '0') {
            field.erase(0, 1);
        }
        out += field;
    }
    if (out.size() > kLongestTime) {
        throw Failure{Failure::Kind::Limit, "a date that is too long"};
    }
    return out;
}

} // namespace engine::jinja
