#include "rag/pdf/helper/recognizer.h"

#include <tesseract/baseapi.h>
#include <tesseract/resultiterator.h>

#include <algorithm>
#include <cmath>

namespace rag::pdf {

namespace {

using tesseract::RIL_PARA;
using tesseract::RIL_TEXTLINE;
using tesseract::RIL_WORD;

constexpr std::size_t kMostLanguages = 6;
constexpr std::size_t kSampledLines = 5;
constexpr float kLoyalty = 3;        ///< of confidence: pages of one document mostly share a language
constexpr double kLeastInk = 0.0002; ///< share of dark pixels; below it a page is blank
constexpr std::uint8_t kDark = 140;

struct PixelBox
{
    int left = 0;
    int top = 0;
    int right = 0;
    int bottom = 0;

    int width() const { return right - left; }

    int height() const { return bottom - top; }
};

struct TextOfApi
{
    void operator()(const char *text) const { delete[] text; }
};

using ApiText = std::unique_ptr<const char, TextOfApi>;

/// Up to kSampledLines boxes of lines, from all over the page, none of them tiny.
std::vector<PixelBox> sampleLines(tesseract::TessBaseAPI &api)
{
    std::vector<PixelBox> lines;
    const std::unique_ptr<tesseract::PageIterator> at(api.AnalyseLayout());
    if (!at)
        return {};
    do {
        PixelBox box;
        if (at->BoundingBox(RIL_TEXTLINE, &box.left, &box.top, &box.right, &box.bottom) &&
            box.height() >= 12 && box.width() > 4 * box.height())
            lines.push_back(box);
    } while (at->Next(RIL_TEXTLINE));
    if (lines.size() <= kSampledLines)
        return lines;
    std::vector<PixelBox> sample;
    for (std::size_t i = 0; i < kSampledLines; ++i)
        sample.push_back(lines[i * (lines.size() - 1) / (kSampledLines - 1)]);
    return sample;
}

Box onPage(const PixelBox &box, float pointsPerPixel)
{
    return {static_cast<float>(box.left) * pointsPerPixel, static_cast<float>(box.top) * pointsPerPixel,
            static_cast<float>(box.width()) * pointsPerPixel,
            static_cast<float>(box.height()) * pointsPerPixel};
}

std::vector<RecognizedWord> wordsOf(tesseract::TessBaseAPI &api, float pointsPerPixel)
{
    std::vector<RecognizedWord> words;
    const std::unique_ptr<tesseract::ResultIterator> at(api.GetIterator());
    if (!at)
        return words;
    do {
        const ApiText text(at->GetUTF8Text(RIL_WORD));
        PixelBox box;
        if (!text || *text == '\0' ||
            !at->BoundingBox(RIL_WORD, &box.left, &box.top, &box.right, &box.bottom))
            continue;
        RecognizedWord word;
        word.text = text.get();
        word.box = onPage(box, pointsPerPixel);
        word.confidence = at->Confidence(RIL_WORD);
        float height = 0;
        float descenders = 0;
        float ascenders = 0;
        at->RowAttributes(&height, &descenders, &ascenders);
        word.fontSize = (height > 0 ? height : static_cast<float>(box.height())) * pointsPerPixel;
        word.endsLine = at->IsAtFinalElement(RIL_TEXTLINE, RIL_WORD);
        word.endsParagraph = at->IsAtFinalElement(RIL_PARA, RIL_WORD);
        words.push_back(std::move(word));
    } while (at->Next(RIL_WORD));
    return words;
}

} // namespace

/// Pixels of one byte each, and how they lie on the page.
struct Recognizer::GrayImage
{
    int width = 0;
    int height = 0;
    std::vector<std::uint8_t> pixels;
    int dotsPerInch = 300;

    explicit GrayImage(const PageImage &image)
        : width(image.width)
        , height(image.height)
        , pixels(static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.height))
        , dotsPerInch(static_cast<int>(std::lround(72 / image.pointsPerPixel)))
    {
        // Rec. 601 in integers; pixels come as blue, green, red, unused.
        for (std::size_t i = 0; i < pixels.size(); ++i) {
            const std::uint8_t *bgr = image.pixels.data() + i * 4;
            pixels[i] = static_cast<std::uint8_t>((bgr[0] * 29 + bgr[1] * 150 + bgr[2] * 77) >> 8);
        }
    }

    bool isBlank() const
    {
        const auto dark = std::count_if(pixels.begin(), pixels.end(), [](auto p) { return p < kDark; });
        return static_cast<double>(dark) < kLeastInk * static_cast<double>(pixels.size());
    }

    void giveTo(tesseract::TessBaseAPI &api, tesseract::PageSegMode mode) const
    {
        api.SetPageSegMode(mode);
        api.SetImage(pixels.data(), width, height, 1, width);
        api.SetSourceResolution(dotsPerInch);
    }
};

Recognizer::Recognizer() = default;
Recognizer::~Recognizer() = default;

Result<std::unique_ptr<Recognizer>> Recognizer::open(const std::vector<std::string> &languages)
{
    std::vector<std::string> wanted = languages;
    if (wanted.empty()) {
        tesseract::TessBaseAPI any;
        if (any.Init(nullptr, nullptr) == 0)
            any.GetAvailableLanguagesAsVector(&wanted);
        std::erase_if(wanted, [](const std::string &name) {
            return name == "osd" || name == "equ" || name.find('/') != std::string::npos;
        });
    }
    std::unique_ptr<Recognizer> recognizer(new Recognizer);
    for (const std::string &name : wanted) {
        if (recognizer->m_languages.size() == kMostLanguages)
            break;
        auto api = std::make_unique<tesseract::TessBaseAPI>();
        if (api->Init(nullptr, name.c_str(), tesseract::OEM_LSTM_ONLY) != 0)
            continue;
        api->SetVariable("debug_file", "/dev/null");
        recognizer->m_languages.push_back({name, std::move(api)});
    }
    if (recognizer->m_languages.empty())
        return fail(ErrorCode::Unsupported, "no language of Tesseract is installed");
    return recognizer;
}

std::size_t Recognizer::chooseLanguage(const GrayImage &image)
{
    if (m_languages.size() == 1)
        return 0;
    image.giveTo(*m_languages[m_last].api, tesseract::PSM_AUTO);
    const std::vector<PixelBox> lines = sampleLines(*m_languages[m_last].api);
    std::size_t best = m_last;
    double most = -1;
    for (std::size_t i = 0; i < m_languages.size(); ++i) {
        tesseract::TessBaseAPI &api = *m_languages[i].api;
        image.giveTo(api, tesseract::PSM_SINGLE_LINE);
        double sum = i == m_last ? kLoyalty * static_cast<double>(lines.size()) : 0;
        for (const PixelBox &line : lines) {
            const int margin = line.height() / 4;
            const int left = std::max(0, line.left - margin);
            const int top = std::max(0, line.top - margin);
            api.SetRectangle(left, top, std::min(image.width, line.right + margin) - left,
                             std::min(image.height, line.bottom + margin) - top);
            if (api.Recognize(nullptr) == 0)
                sum += api.MeanTextConf();
        }
        if (sum > most) {
            most = sum;
            best = i;
        }
    }
    return best;
}

Result<RecognizedPage> Recognizer::read(const PageImage &image)
{
    RecognizedPage page;
    page.width = static_cast<float>(image.width) * image.pointsPerPixel;
    page.height = static_cast<float>(image.height) * image.pointsPerPixel;
    const GrayImage gray(image);
    if (gray.isBlank())
        return page;
    m_last = chooseLanguage(gray);
    tesseract::TessBaseAPI &api = *m_languages[m_last].api;
    gray.giveTo(api, tesseract::PSM_AUTO);
    if (api.Recognize(nullptr) != 0)
        return fail(ErrorCode::Damaged, "OCR could not read the picture");
    page.language = m_languages[m_last].name;
    page.words = wordsOf(api, image.pointsPerPixel);
    api.Clear();
    return page;
}

} // namespace rag::pdf
