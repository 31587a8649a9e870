#pragma once

#include "engine/base/result.h"

#include <QString>

namespace ui {

/// What the program was about when it failed: the same error asks for different advice.
enum class Doing { AddDocument, ShowPage, Answer, LoadModel, ReadLibrary, RemoveDocument };

/// What a button beside the message offers.
enum class Remedy { None, Retry, EnterPassword, OpenSettings };

struct ErrorText
{
    QString what; ///< what happened, a whole sentence
    QString todo; ///< what to do about it; may be empty
    Remedy remedy = Remedy::None;
};

/// The only place where errors become sentences for people.
/// @param subject  file or document name; may be empty
ErrorText errorText(const engine::Error &error, Doing doing, const QString &subject = {});

} // namespace ui
