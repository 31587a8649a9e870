#pragma once

#include "rag/index/faiss_index.h"
#include "rag/ingest/pdf_ingestor.h"
#include "rag/ingest/remove_document.h"
#include "rag/store/history_store.h"
#include "rag/store/sqlite.h"
#include "tests/support/fake_embedder.h"
#include "tests/support/fake_pages.h"

#include <QTemporaryDir>

#include <fstream>
#include <thread>

/// What the tests of the ingestor share.
namespace rag {

namespace fs = std::filesystem;

/// A library folder with everything an ingestion needs, as one program has it.
struct Library
{
    explicit Library(const fs::path &where,
                     std::shared_ptr<FakePagesPlan> pages = std::make_shared<FakePagesPlan>(),
                     const std::string &model = "fake-1")
        : folder(where)
        , plan(std::move(pages))
        , embedder(std::make_shared<FakeEmbedder>(model))
    {
        auto opened = Database::open(folder / "warraq.db");
        if (!opened)
            qFatal("%s", opened.error().detail.c_str());
        database = std::move(*opened);
        store = std::make_unique<LibraryStore>(*database);
        auto rebuilt = FaissIndex::openOrRebuild(folder / "vectors.faiss", *store, model, 64);
        if (!rebuilt)
            qFatal("%s", rebuilt.error().detail.c_str());
        index = *rebuilt;
        ingestor = std::make_unique<PdfIngestor>(*database, embedder, index, fakeSource(plan));
    }

    Result<Ingested> ingest(const fs::path &file, const std::string &password = {},
                            const CancelToken &cancel = {})
    {
        return ingestor->ingest(
            file, password, [this](const IngestProgress &now) { progress.push_back(now); }, cancel);
    }

    Document document(DocumentId id) const
    {
        const auto found = store->document(id);
        return found && *found ? **found : Document();
    }

    std::vector<Passage> passages(DocumentId id) const
    {
        return *store->chunks(*store->chunksOf(std::span(&id, 1)));
    }

    fs::path folder;
    std::shared_ptr<FakePagesPlan> plan;
    std::shared_ptr<FakeEmbedder> embedder;
    std::unique_ptr<Database> database;
    std::unique_ptr<LibraryStore> store;
    std::shared_ptr<FaissIndex> index;
    std::unique_ptr<PdfIngestor> ingestor;
    std::vector<IngestProgress> progress;
};

inline fs::path writeFile(const fs::path &path, const std::string &text)
{
    std::ofstream(path) << text;
    return path;
}

/// Empty where both hold the same chunks in the same order.
inline std::string difference(const std::vector<Passage> &a, const std::vector<Passage> &b)
{
    if (a.size() != b.size())
        return std::to_string(a.size()) + " chunks, not " + std::to_string(b.size());
    for (std::size_t i = 0; i < a.size(); ++i)
        if (a[i].text != b[i].text || a[i].page != b[i].page || a[i].lastPage != b[i].lastPage ||
            a[i].section != b[i].section || a[i].segments.size() != b[i].segments.size())
            return "chunk " + std::to_string(i) + " differs";
    return {};
}

/// What must hold at every moment for a stored document.
inline std::string inconsistency(Library &library, DocumentId id)
{
    if (!library.database->check()->empty())
        return "the database is damaged: " + library.database->check()->front();
    const Document document = library.document(id);
    const auto count = [&](const char *sql) { return *library.database->number(sql, id); };
    if (count("SELECT count(*) FROM pages WHERE document = ?") != document.pagesDone)
        return "pages miscounted";
    if (count("SELECT count(*) FROM chunks WHERE document = ?") != document.chunks)
        return "chunks miscounted";
    if (count("SELECT count(*) FROM chunks c JOIN vectors v ON v.chunk = c.id WHERE c.document = ?") !=
        document.chunksEmbedded)
        return "vectors miscounted";
    if (count("SELECT count(*) FROM chunks c JOIN words w ON w.rowid = c.id WHERE c.document = ?") !=
        document.chunks)
        return "chunks without words";
    if (!library.database->run("INSERT INTO words (words) VALUES ('integrity-check')"))
        return "the full-text index is damaged";
    return {};
}

inline bool folderHolds(const fs::path &folder, const std::string &bytes)
{
    for (const auto &entry : fs::recursive_directory_iterator(folder)) {
        std::ifstream stream(entry.path(), std::ios::binary);
        const std::string all(std::istreambuf_iterator<char>(stream), {});
        if (all.find(bytes) != std::string::npos)
            return true;
    }
    return false;
}

} // namespace rag
