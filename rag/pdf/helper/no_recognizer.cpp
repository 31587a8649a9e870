#include "rag/pdf/helper/recognizer.h"

/// What stands in for the recogniser where Tesseract was not found at build time.
namespace tesseract {
class TessBaseAPI
{
};
} // namespace tesseract

namespace rag::pdf {

Recognizer::Recognizer() = default;
Recognizer::~Recognizer() = default;

Result<std::unique_ptr<Recognizer>> Recognizer::open(const std::vector<std::string> & /*languages*/)
{
    return fail(ErrorCode::Unsupported, "this build has no OCR");
}

Result<RecognizedPage> Recognizer::read(const PageImage & /*image*/)
{
    return fail(ErrorCode::Unsupported, "this build has no OCR");
}

} // namespace rag::pdf
