#include "ui/shared/error_text.h"

#include <QCoreApplication>

namespace ui {

namespace {

using engine::ErrorCode;

/// Gives the sentences their translation context.
class Text
{
    Q_DECLARE_TR_FUNCTIONS(ErrorText)
};

ErrorText addDocument(ErrorCode code, const QString &name)
{
    switch (code) {
    case ErrorCode::NotFound:
        return {Text::tr("“%1” was not found.").arg(name),
                Text::tr("It may have been moved or renamed. Add it from its new place."), Remedy::Retry};
    case ErrorCode::Unreadable:
        return {Text::tr("“%1” may not be read.").arg(name),
                Text::tr("Give yourself permission to read the file, then try again."), Remedy::Retry};
    case ErrorCode::Damaged:
        return {Text::tr("“%1” is not a PDF that can be read.").arg(name),
                Text::tr("The file is damaged or of another kind. Opening it in a PDF reader and saving it "
                         "anew often helps."),
                Remedy::Retry};
    case ErrorCode::Locked:
        return {Text::tr("“%1” is protected by a password.").arg(name),
                Text::tr("Enter its password to read it."), Remedy::EnterPassword};
    default:
        return {Text::tr("“%1” could not be added.").arg(name), {}, Remedy::Retry};
    }
}

ErrorText showPage(ErrorCode code, const QString &name)
{
    switch (code) {
    case ErrorCode::NotFound:
        return {Text::tr("The file of “%1” is no longer where it was.").arg(name),
                Text::tr("Put it back, or add it again from its new place. What was read from it is still "
                         "in the library.")};
    case ErrorCode::Locked:
        return {Text::tr("“%1” is protected by a password.").arg(name),
                Text::tr("Enter its password to see its pages."), Remedy::EnterPassword};
    default:
        return {Text::tr("This page of “%1” cannot be shown.").arg(name),
                Text::tr("The file may be damaged here. Other pages may still open."), Remedy::Retry};
    }
}

ErrorText loadModel(ErrorCode code)
{
    if (code == ErrorCode::NotFound) {
        return {Text::tr("A model is missing, so questions cannot be answered yet."),
                Text::tr("Install the default models with the set-up script, or choose a model file in "
                         "the settings."),
                Remedy::OpenSettings};
    }
    return {Text::tr("The model could not be loaded."),
            Text::tr("Its file may be damaged or of a kind this version does not know. Choose "
                     "another in the settings."),
            Remedy::OpenSettings};
}

ErrorText answer(ErrorCode code)
{
    switch (code) {
    case ErrorCode::NotFound:
        return loadModel(code);
    case ErrorCode::Unsupported:
        return {Text::tr("The model could not work on this question."),
                Text::tr("Ask a shorter question, or choose another model in the settings."),
                Remedy::OpenSettings};
    case ErrorCode::Device:
        return {Text::tr("The processor or graphics card failed while answering."),
                Text::tr("Try again; if it happens again, choose the CPU in the settings."), Remedy::Retry};
    default:
        return {Text::tr("The question could not be answered."), Text::tr("Try again."), Remedy::Retry};
    }
}

ErrorText byDoing(ErrorCode code, Doing doing, const QString &subject)
{
    switch (doing) {
    case Doing::AddDocument:
        return addDocument(code, subject);
    case Doing::ShowPage:
        return showPage(code, subject);
    case Doing::Answer:
        return answer(code);
    case Doing::LoadModel:
        return loadModel(code);
    case Doing::ReadLibrary:
        if (code == ErrorCode::Damaged) {
            return {
                Text::tr("The library’s file is damaged."),
                Text::tr(
                    "Nothing was changed. “warraq-cli verify --repair”, run in a terminal, saves what can "
                    "be read and keeps the damaged file.")};
        }
        return {Text::tr("The library could not be read."),
                Text::tr("Check that its folder can be read and written, then start again.")};
    case Doing::RemoveDocument:
        return {Text::tr("The document could not be removed."),
                Text::tr("Try again; what could not be removed is still in the list.")};
    }
    return {};
}

} // namespace

ErrorText errorText(const engine::Error &error, Doing doing, const QString &subject)
{
    if (error.code == ErrorCode::OutOfMemory) {
        return {Text::tr("There is not enough memory."),
                Text::tr("Close other programs, or choose a smaller model in the settings."), Remedy::Retry};
    }
    if (error.code == ErrorCode::Storage) {
        return {Text::tr("The library could not be written or read on disk."),
                Text::tr("Make room on the disk and check that the library's folder may be written. "
                         "Nothing saved before is lost."),
                Remedy::Retry};
    }
    return byDoing(error.code, doing, subject);
}

} // namespace ui
