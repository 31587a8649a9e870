#include "rag/ingest/steps.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace rag {

namespace {

constexpr int kChunksAtOnce = 32;

/// The rows of one batch: stored first, so that the index never knows what the store does not.
Result<void> keep(const IngestContext &context, std::span<const Passage> chunks, std::span<const float> rows)
{
    const auto dimension = static_cast<std::size_t>(context.embedder.dimension());
    if (rows.size() != chunks.size() * dimension)
        return fail(ErrorCode::Device, "the embedding model gave vectors of the wrong size");
    std::vector<StoredVector> vectors;
    std::vector<ChunkId> ids;
    for (std::size_t i = 0; i < chunks.size(); ++i) {
        const std::span<const float> row = rows.subspan(i * dimension, dimension);
        vectors.push_back({chunks[i].chunk, {row.begin(), row.end()}});
        ids.push_back(chunks[i].chunk);
    }
    RETURN_IF_ERROR(context.store.addVectors(context.embedder.fingerprint(), vectors));
    return context.index.add(ids, rows);
}

/// What is embedded: a passage under the names of its document and section, which readers see above it and
/// questions speak of.
std::string withContext(const Passage &chunk)
{
    std::string text = std::filesystem::path(chunk.documentName).stem().string();
    // The section's own title may be the first line of the passage; those above it are not.
    std::string section = chunk.section;
    constexpr std::string_view kUnder = " > ";
    const std::size_t above = section.rfind(kUnder);
    const std::size_t own = above == section.npos ? 0 : above + kUnder.size();
    if (chunk.text.starts_with(section.substr(own)))
        section.resize(own == 0 ? 0 : above);
    if (!section.empty())
        text += ": " + section;
    return text + "\n" + chunk.text;
}

} // namespace

Result<void> makeVectors(const IngestContext &context)
{
    while (true) {
        ASSIGN_OR_RETURN(
            const std::vector<Passage> chunks,
            context.store.chunksToEmbed(context.document, context.embedder.fingerprint(), kChunksAtOnce));
        if (chunks.empty())
            return {};
        if (context.cancel.isCancelled())
            return fail(ErrorCode::Cancelled, "stopped");
        std::vector<std::string> texts;
        for (const Passage &chunk : chunks)
            texts.push_back(withContext(chunk));
        const std::vector<std::string_view> views(texts.begin(), texts.end());
        ASSIGN_OR_RETURN(const std::vector<float> rows,
                         context.embedder.embed(views, TextKind::Passage, context.cancel));
        RETURN_IF_ERROR(keep(context, chunks, rows));
        context.report(IngestStage::Embedding, {});
    }
}

} // namespace rag
