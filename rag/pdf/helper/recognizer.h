#pragma once

#include "rag/pdf/recognized_page.h"

#include <memory>
#include <string>
#include <vector>

namespace tesseract {
class TessBaseAPI;
}

namespace rag::pdf {

/// The side of the helper that knows Tesseract. One thread.
class Recognizer
{
public:
    /// Loads the language files, so that no file has to be opened once the process is locked down.
    /// @param languages  Tesseract's names; those that are not installed are passed over; empty: all
    /// installed. Errors: Unsupported (built without OCR; none of the languages is installed).
    static Result<std::unique_ptr<Recognizer>> open(const std::vector<std::string> &languages);

    ~Recognizer();
    Recognizer(const Recognizer &) = delete;
    Recognizer &operator=(const Recognizer &) = delete;

    /// Chooses the language by a few lines of the page (two at once read worse than either), then reads all.
    /// Errors: Damaged (the picture cannot be read).
    Result<RecognizedPage> read(const PageImage &image);

private:
    Recognizer();

    struct Language
    {
        std::string name;
        std::unique_ptr<tesseract::TessBaseAPI> api;
    };

    struct GrayImage;
    std::size_t chooseLanguage(const GrayImage &image);

    std::vector<Language> m_languages;
    std::size_t m_last = 0; ///< the language of the page before
};

} // namespace rag::pdf
