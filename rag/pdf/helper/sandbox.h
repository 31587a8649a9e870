#pragma once

#include <cstdint>

/// What the helper gives up before it looks at the first byte of a PDF. The parent limits it from outside as
/// well; these are the walls inside.
namespace rag::pdf {

/// Address space (0: as it is), no file may grow, few descriptors, no core dump.
void limitResources(std::uint64_t memoryBytes);

/// Processor time from now on until the system ends this process.
void allowProcessorTime(std::uint32_t seconds);

/// No new privileges; reads only below the folders of fonts and character maps (Landlock, where the kernel
/// has it); no system call but those for memory, reading and talking on open descriptors (seccomp, where
/// built with it). Whatever is refused fails with EPERM, as Poppler expects of a file it cannot open.
void lockDown();

} // namespace rag::pdf
