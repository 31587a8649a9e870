#pragma once

#include "rag/index/faiss_index.h"
#include "rag/store/library_store.h"
#include "rag/store/sqlite.h"
#include "tests/support/fake_embedder.h"
#include "tests/support/fake_pages.h"

#include <QTemporaryDir>

#include <memory>
#include <string>
#include <vector>

/// For what can not fail in a test but by a defect.
inline void require(const rag::Result<void> &done)
{
    if (!done)
        qFatal("%s", done.error().detail.c_str());
}

/// A library in a temporary folder, each page one chunk, with vectors of the fake embedder.
class SmallLibrary
{
public:
    SmallLibrary()
    {
        database = std::move(rag::Database::open(file("warraq.db")).value());
        store = std::make_unique<rag::LibraryStore>(*database);
        index = rag::FaissIndex::openOrRebuild(file("vectors.faiss"), *store, embedder->fingerprint(),
                                               embedder->dimension())
                    .value();
    }

    /// @param pages  the paragraphs of each
    rag::DocumentId add(const std::string &name, const std::string &language,
                        const std::vector<std::vector<std::string>> &pages)
    {
        rag::NewDocument document;
        document.path = "/" + name;
        document.name = name;
        document.hash = name;
        document.pages = int(pages.size());
        const rag::DocumentId id = store->addDocument(document).value();
        for (std::size_t i = 0; i < pages.size(); ++i) {
            const rag::PageContent page = makePage(int(i), pages[i]);
            rag::Chunk chunk;
            chunk.page = chunk.lastPage = int(i);
            chunk.text = page.text;
            chunk.segments = {{int(i), 0, 0, std::uint32_t(page.text.size())}};
            require(store->addPage(id, page, std::span(&chunk, 1)));
        }
        require(store->setLanguage(id, language));
        require(store->setState(id, rag::DocumentState::Done, ""));
        embed(id);
        return id;
    }

    std::shared_ptr<FakeEmbedder> embedder = std::make_shared<FakeEmbedder>();
    std::shared_ptr<rag::Database> database;
    std::unique_ptr<rag::LibraryStore> store;
    std::shared_ptr<rag::VectorIndex> index;

private:
    std::filesystem::path file(const char *name) const
    {
        return std::filesystem::path(m_folder.path().toStdString()) / name;
    }

    void embed(rag::DocumentId id)
    {
        const auto chunks = store->chunksToEmbed(id, embedder->fingerprint(), 1000).value();
        std::vector<rag::StoredVector> vectors;
        for (const rag::Passage &chunk : chunks)
            vectors.push_back({chunk.chunk, FakeEmbedder::vectorOf(chunk.text)});
        require(store->addVectors(embedder->fingerprint(), vectors));
        for (const rag::StoredVector &vector : vectors)
            require(index->add(std::span(&vector.chunk, 1), vector.values));
    }

    QTemporaryDir m_folder;
};
