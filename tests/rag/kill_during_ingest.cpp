// kill_during_ingest LIBRARY FILE: ingests a fake document slowly and says on stdout what it was told is
// committed, a line each: "DOCUMENT PAGES CHUNKS EMBEDDED". Its parent (test_ingestor) kills it at some
// moment.
#include "rag/index/faiss_index.h"
#include "rag/ingest/pdf_ingestor.h"
#include "rag/store/sqlite.h"
#include "tests/support/fake_embedder.h"
#include "tests/support/fake_pages.h"

#include <unistd.h>

#include <cstdio>

using namespace rag;

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    const std::filesystem::path library = argv[1];
    auto database = Database::open(library / "warraq.db");
    if (!database)
        return 3;
    auto embedder = std::make_shared<FakeEmbedder>();
    LibraryStore store(**database);
    auto index = FaissIndex::openOrRebuild(library / "vectors.faiss", store, embedder->fingerprint(), 64);
    if (!index)
        return 4;
    auto plan = std::make_shared<FakePagesPlan>();
    plan->perPage = std::chrono::milliseconds(2);
    PdfIngestor ingestor(**database, embedder, *index, fakeSource(plan));
    const auto say = [](const IngestProgress &progress) {
        char line[100];
        const int size =
            std::snprintf(line, sizeof line, "%lld %d %d %d\n", static_cast<long long>(progress.document),
                          progress.pagesDone, progress.chunks, progress.chunksEmbedded);
        if (::write(1, line, static_cast<std::size_t>(size)) != size)
            _exit(5);
    };
    return ingestor.ingest(argv[2], "", say, {}) ? 0 : 1;
}
