#pragma once

#include "engine/base/result.h"
#include "engine/weights/tensor.h"

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace engine {

/// One metadata value. Signed integers of every width become int64, unsigned uint64, both floats double.
/// Arrays: of 8-bit integers bytes, of wider integers and booleans int64 (U64 bit for bit), of floats double,
/// of strings.
using MetadataValue =
    std::variant<bool, std::int64_t, std::uint64_t, double, std::string, std::vector<std::int64_t>,
                 std::vector<double>, std::vector<std::string>, std::vector<std::uint8_t>>;

/// The key-value part of a GGUF file.
class Metadata
{
public:
    void insert(std::string key, MetadataValue value);
    bool contains(std::string_view key) const;
    const MetadataValue *find(std::string_view key) const;

    /// Errors of all: NotFound (names file and key), Damaged (another type, or out of [least, most]).
    Result<std::int64_t> integer(std::string_view key, std::int64_t least, std::int64_t most) const;
    Result<double> number(std::string_view key) const;
    Result<std::string> text(std::string_view key) const;
    /// With `fallback` where the key is missing; an error still where it has another type.
    Result<std::int64_t> integerOr(std::string_view key, std::int64_t fallback, std::int64_t least,
                                   std::int64_t most) const;
    Result<double> numberOr(std::string_view key, double fallback) const;
    Result<bool> flagOr(std::string_view key, bool fallback) const;

    std::string source; ///< file name, for errors

    const std::map<std::string, MetadataValue, std::less<>> &all() const { return m_values; }

private:
    std::map<std::string, MetadataValue, std::less<>> m_values;
};

enum class FileFormat { Gguf, HuggingFace };

/// A model on disk, mapped into memory, every size and offset checked. Immutable; tensors view into its
/// mappings.
class ModelFile
{
public:
    /// @param path  a .gguf file (any part of a split one opens all), or a folder with config.json and
    /// *.safetensors Errors: NotFound; Damaged (file, field, reason); Unsupported (version, tensor type).
    static Result<std::shared_ptr<const ModelFile>> open(const std::filesystem::path &path);
    /// Without the weights: enough for a tokenizer and a chat template, even of a download that is not
    /// complete.
    static Result<std::shared_ptr<const ModelFile>> openMetadata(const std::filesystem::path &path);

    FileFormat format() const;
    const std::filesystem::path &path() const;
    const Metadata &metadata() const; ///< of a GGUF; empty for a folder
    const std::vector<Tensor> &tensors() const;
    const Tensor *tensor(std::string_view name) const; ///< null: not there
    std::uint64_t bytes() const;                       ///< of all its files
    /// 16 hex digits from headers, sizes and samples of the weights; the same on every machine. Reads 256 KB
    /// a file.
    std::string fingerprint() const;
    /// A JSON or text file of a Hugging Face folder (config.json, tokenizer.json, ...), at most 100 MB.
    /// Errors: NotFound, Unreadable, Damaged (not UTF-8, too large).
    Result<std::string> textFile(std::string_view name) const;
    /// Any file of a folder (tokenizer.model), at most 100 MB. Errors: NotFound, Unreadable, Damaged (too
    /// large).
    Result<std::string> dataFile(std::string_view name) const;

    /// What was read so far is kept elsewhere and need not stay in memory; tensors stay valid.
    void releasePages() const;

    /// One of its files was cut short by another program while it was used; what was computed since is worth
    /// nothing.
    bool wasCut() const;

    ~ModelFile();

private:
    struct Impl;
    explicit ModelFile(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

} // namespace engine
