#pragma once

#include <string>

namespace engine {

/// The printable characters that stand for the 256 bytes in byte-level BPE vocabularies (Radford et al. 2019,
/// GPT-2).
void appendByteChar(std::string &text, unsigned char byte);
/// -1: no byte's character.
int byteOfChar(char32_t c);
/// Back to bytes; a character that stands for none is kept as it is.
void appendBytesOfChars(std::string_view chars, std::string &out);

} // namespace engine
