#include "rag/index/faiss_index.h"
#include "rag/store/library_store.h"
#include "rag/store/sqlite.h"
#include "tests/support/fake_embedder.h"
#include "tests/support/fake_pages.h"

#include <QElapsedTimer>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>

#include <atomic>
#include <cmath>
#include <random>
#include <thread>

using namespace rag;
namespace fs = std::filesystem;

namespace {

constexpr int kDimension = 64;
constexpr const char *kModel = "fake-1";

std::vector<float> randomUnit(std::mt19937 &generator)
{
    std::normal_distribution<float> normal;
    std::vector<float> vector(kDimension);
    float squares = 0;
    for (float &value : vector) {
        value = normal(generator);
        squares += value * value;
    }
    for (float &value : vector)
        value /= std::sqrt(squares);
    return vector;
}

float dot(const std::vector<float> &a, const std::vector<float> &b)
{
    float sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        sum += a[i] * b[i];
    return sum;
}

} // namespace

class TestVectorIndex : public QObject
{
    Q_OBJECT

private slots:
    void init();
    void findsTheNearestExactly();
    void searchesAmongGivenChunks();
    void replacesAnIdThatIsThere();
    void removesIds();
    void refusesWhatDoesNotFit();
    void loadsWhatItSaved();
    void rebuildsADamagedFile_data();
    void rebuildsADamagedFile();
    void rebuildsAMissingFile();
    void rebuildsAFileOfAnotherLibraryOrModel();
    void takesOverWhatAnOlderFileLacks();
    void followsAnotherConnection();
    void savesNothingThatWasRemovedElsewhere();
    void goesOnWithoutAPlaceForItsFile();
    void isSearchedWhileItChanges();
    void centresWhatItCompares();
    void givesTheMean();
    void looksAtClustersOfVeryManyRows();
    void clustersFollowChanges();
    void answersInTimeOverTenThousand();

private:
    fs::path folder() const { return m_folder->path().toStdString(); }

    fs::path file() const { return folder() / "vectors.faiss"; }

    /// A document of so many chunks with vectors.
    DocumentId fill(int count, const std::string &name = "a")
    {
        NewDocument document;
        document.name = document.hash = document.path = name;
        document.pages = 1;
        const auto id = m_store->addDocument(document);
        std::vector<Chunk> chunks;
        for (int i = 0; i < count; ++i)
            chunks.push_back({0, 0, "", "text " + std::to_string(i) + " of " + name, {}, 4});
        if (!id || !m_store->addPage(*id, makePage(0, {"page"}), chunks))
            qFatal("cannot fill");
        std::vector<StoredVector> vectors;
        const auto open = m_store->chunksToEmbed(*id, kModel, count);
        for (const Passage &passage : *open)
            vectors.push_back({passage.chunk, FakeEmbedder::vectorOf(passage.text)});
        if (!m_store->addVectors(kModel, vectors))
            qFatal("cannot fill");
        return *id;
    }

    std::shared_ptr<FaissIndex> openIndex(RebuildReport *report = nullptr, const char *model = kModel)
    {
        auto index = FaissIndex::openOrRebuild(file(), *m_store, model, kDimension, report);
        if (!index)
            qFatal("cannot open the index");
        return *index;
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<Database> m_database;
    std::unique_ptr<LibraryStore> m_store;
};

void TestVectorIndex::init()
{
    m_store.reset();
    m_database.reset();
    m_folder = std::make_unique<QTemporaryDir>();
    auto opened = Database::open(folder() / "warraq.db");
    QVERIFY(opened);
    m_database = std::move(*opened);
    m_store = std::make_unique<LibraryStore>(*m_database);
}

void TestVectorIndex::findsTheNearestExactly()
{
    std::mt19937 generator(5);
    auto index = openIndex();
    std::vector<std::vector<float>> vectors;
    for (int i = 0; i < 1001; ++i) {
        vectors.push_back(randomUnit(generator));
        QVERIFY(index->add(std::vector<ChunkId>{ChunkId(1) << 40 | i}, vectors.back()));
    }
    const auto query = randomUnit(generator);
    std::vector<std::pair<float, ChunkId>> expected;
    for (int i = 0; i < 1001; ++i)
        expected.emplace_back(-dot(query, vectors[static_cast<std::size_t>(i)]), ChunkId(1) << 40 | i);
    std::sort(expected.begin(), expected.end());

    const auto hits = index->search(query, 10, {});

    QVERIFY(hits);
    QCOMPARE(hits->size(), std::size_t(10));
    for (std::size_t i = 0; i < 10; ++i) {
        QCOMPARE((*hits)[i].chunk, expected[i].second);
        QVERIFY(std::abs((*hits)[i].similarity + expected[i].first) < 1e-5F);
    }
    QCOMPARE(index->search(query, 5000, {})->size(), std::size_t(1001));
    QCOMPARE(index->search(query, 0, {})->size(), std::size_t(0));
}

void TestVectorIndex::searchesAmongGivenChunks()
{
    std::mt19937 generator(6);
    auto index = openIndex();
    for (ChunkId id = 1; id <= 200; ++id)
        QVERIFY(index->add(std::span(&id, 1), randomUnit(generator)));
    const auto query = randomUnit(generator);
    const auto all = index->search(query, 200, {});
    const std::vector<ChunkId> among{3, 50, 199, 4711};

    const auto hits = index->search(query, 10, among);

    std::vector<ChunkId> expected;
    for (const VectorHit &hit : *all)
        if (std::find(among.begin(), among.end(), hit.chunk) != among.end())
            expected.push_back(hit.chunk);
    QCOMPARE(hits->size(), std::size_t(3));
    for (std::size_t i = 0; i < 3; ++i)
        QCOMPARE((*hits)[i].chunk, expected[i]);
    QCOMPARE(index->search(query, 2, among)->size(), std::size_t(2));
}

void TestVectorIndex::replacesAnIdThatIsThere()
{
    std::mt19937 generator(7);
    auto index = openIndex();
    const auto first = randomUnit(generator);
    const auto second = randomUnit(generator);
    QVERIFY(index->add(std::vector<ChunkId>{9}, first));

    QVERIFY(index->add(std::vector<ChunkId>{9}, second));

    QCOMPARE(index->size(), std::int64_t(1));
    QVERIFY(index->search(second, 1, {})->front().similarity > 0.999F);
    std::vector<float> twice = first;
    twice.insert(twice.end(), second.begin(), second.end());
    QVERIFY(index->add(std::vector<ChunkId>{8, 8}, twice));
    QCOMPARE(index->size(), std::int64_t(2));
}

void TestVectorIndex::removesIds()
{
    std::mt19937 generator(8);
    auto index = openIndex();
    for (ChunkId id = 1; id <= 50; ++id)
        QVERIFY(index->add(std::span(&id, 1), randomUnit(generator)));

    QVERIFY(index->remove(std::vector<ChunkId>{1, 25, 50, 777}));

    QCOMPARE(index->size(), std::int64_t(47));
    const auto hits = index->search(randomUnit(generator), 50, {});
    for (const VectorHit &hit : *hits)
        QVERIFY(hit.chunk != 1 && hit.chunk != 25 && hit.chunk != 50);
    QVERIFY(index->search(randomUnit(generator), 5, std::vector<ChunkId>{25})->empty());
}

void TestVectorIndex::refusesWhatDoesNotFit()
{
    auto index = openIndex();
    std::vector<float> broken(kDimension, 0.1F);
    broken[3] = std::nanf("");

    QVERIFY(!index->add(std::vector<ChunkId>{1}, std::vector<float>(kDimension + 1)));
    QVERIFY(!index->add(std::vector<ChunkId>{1}, broken));
    QVERIFY(!index->search(std::vector<float>(3), 1, {}));
    QCOMPARE(index->size(), std::int64_t(0));
    QVERIFY(index->search(std::vector<float>(kDimension, 0.1F), 5, {})->empty());
}

void TestVectorIndex::loadsWhatItSaved()
{
    fill(40);
    const auto query = FakeEmbedder::vectorOf("text 7 of a");
    const auto before = openIndex()->search(query, 5, {});

    RebuildReport report;
    auto index = openIndex(&report);

    QVERIFY(report.found == IndexFile::Current);
    QCOMPARE(report.added, std::int64_t(0));
    const auto after = index->search(query, 5, {});
    for (std::size_t i = 0; i < 5; ++i)
        QCOMPARE((*after)[i].chunk, (*before)[i].chunk);

    struct stat state
    {
    };

    QCOMPARE(::stat(file().c_str(), &state), 0);
    QCOMPARE(static_cast<int>(state.st_mode & 0777), 0600);
    QVERIFY(!fs::exists(file().string() + ".new"));
}

void TestVectorIndex::rebuildsADamagedFile_data()
{
    QTest::addColumn<int>("kind");
    QTest::newRow("empty") << 0;
    QTest::newRow("header cut") << 1;
    QTest::newRow("rows cut") << 2;
    QTest::newRow("a byte more") << 3;
    QTest::newRow("noise") << 4;
    QTest::newRow("count larger than the file") << 5;
    for (const int at : {0, 9, 20, 27, 35, 70, 100, 130, 5000})
        QTest::newRow(qPrintable(QStringLiteral("bit flipped at %1").arg(at))) << 1000 + at;
}

void TestVectorIndex::rebuildsADamagedFile()
{
    QFETCH(int, kind);
    fill(40);
    openIndex();
    QFile handle(QString::fromStdString(file().string()));
    QVERIFY(handle.open(QIODevice::ReadWrite));
    QByteArray bytes = handle.readAll();
    if (kind == 0)
        bytes.clear();
    else if (kind == 1)
        bytes.truncate(50);
    else if (kind == 2)
        bytes.chop(300);
    else if (kind == 3)
        bytes.append('x');
    else if (kind == 4)
        bytes = QByteArray(4000, 'n');
    else if (kind == 5)
        bytes.replace(16, 8, QByteArray("\xff\xff\xff\xff\xff\xff\xff\x7f", 8));
    else
        bytes[kind - 1000] = static_cast<char>(bytes[kind - 1000] ^ 4);
    handle.resize(0);
    handle.seek(0);
    handle.write(bytes);
    handle.close();

    RebuildReport report;
    auto index = openIndex(&report);

    QVERIFY(report.found == IndexFile::Damaged || report.found == IndexFile::Foreign);
    QCOMPARE(index->size(), std::int64_t(40));
    QCOMPARE(index->search(FakeEmbedder::vectorOf("text 7 of a"), 1, {})->front().chunk, ChunkId(8));
    openIndex(&report); // the new file is good
    QVERIFY(report.found == IndexFile::Current);
}

void TestVectorIndex::rebuildsAMissingFile()
{
    fill(40);

    RebuildReport report;
    auto index = openIndex(&report);

    QVERIFY(report.found == IndexFile::Missing);
    QCOMPARE(report.added, std::int64_t(40));
    QCOMPARE(index->size(), std::int64_t(40));
}

void TestVectorIndex::rebuildsAFileOfAnotherLibraryOrModel()
{
    fill(5);
    openIndex();
    RebuildReport report;
    QCOMPARE(openIndex(&report, "another model")->size(), std::int64_t(0));
    QVERIFY(report.found == IndexFile::Foreign);
    openIndex();
    QVERIFY(m_database->run("UPDATE meta SET value = 'another library' WHERE key = 'library'"));

    openIndex(&report);

    QVERIFY(report.found == IndexFile::Foreign);
}

void TestVectorIndex::takesOverWhatAnOlderFileLacks()
{
    const DocumentId first = fill(10, "a");
    fill(10, "b");
    openIndex();
    fill(7, "c");
    QVERIFY(m_store->removeDocument(first));

    RebuildReport report;
    auto index = openIndex(&report);

    QVERIFY(report.found == IndexFile::Older);
    QCOMPARE(report.added, std::int64_t(7));
    QCOMPARE(report.dropped, std::int64_t(10));
    QCOMPARE(index->size(), std::int64_t(17));
}

void TestVectorIndex::followsAnotherConnection()
{
    const DocumentId first = fill(10, "a");
    auto index = openIndex();
    auto other = Database::open(m_database->file());
    QVERIFY(other);
    LibraryStore theirs(**other);
    fill(5, "b");
    QVERIFY(theirs.removeDocument(first));

    QVERIFY(index->refresh(*m_store));

    QCOMPARE(index->size(), std::int64_t(5));
    QVERIFY(index->refresh(*m_store)); // nothing to do
    QCOMPARE(index->size(), std::int64_t(5));
}

void TestVectorIndex::savesNothingThatWasRemovedElsewhere()
{
    const DocumentId first = fill(10, "a");
    auto index = openIndex();
    QVERIFY(m_store->removeDocument(first)); // as another program would

    QVERIFY(index->save(*m_store));

    RebuildReport report;
    QCOMPARE(openIndex(&report)->size(), std::int64_t(0));
    QVERIFY(report.found == IndexFile::Current);
    QCOMPARE(fs::file_size(file()), std::uintmax_t(128));
}

void TestVectorIndex::goesOnWithoutAPlaceForItsFile()
{
    fill(10);
    QFile blocker(QString::fromStdString((folder() / "blocked").string()));
    QVERIFY(blocker.open(QIODevice::WriteOnly));

    auto index =
        FaissIndex::openOrRebuild(folder() / "blocked" / "vectors.faiss", *m_store, kModel, kDimension);

    QVERIFY(index);
    QCOMPARE((*index)->size(), std::int64_t(10));
    QVERIFY((*index)->add(std::vector<ChunkId>{99}, FakeEmbedder::vectorOf("x")));
    const auto saved = (*index)->save(*m_store);
    QVERIFY(!saved && saved.error().code == ErrorCode::Storage);
}

void TestVectorIndex::isSearchedWhileItChanges()
{
    auto index = openIndex();
    const auto query = FakeEmbedder::vectorOf("query");
    std::atomic<bool> stop = false;
    std::atomic<int> wrong = 0;
    std::vector<std::thread> readers;
    for (int i = 0; i < 2; ++i)
        readers.emplace_back([&] {
            while (!stop) {
                const auto hits = index->search(query, 5, {});
                if (!hits ||
                    !std::is_sorted(hits->begin(), hits->end(), [](const VectorHit &a, const VectorHit &b) {
                        return a.similarity > b.similarity;
                    }))
                    ++wrong;
            }
        });

    for (ChunkId id = 1; id <= 300; ++id) {
        QVERIFY(index->add(std::span(&id, 1), FakeEmbedder::vectorOf("text " + std::to_string(id))));
        if (id % 3 == 0)
            QVERIFY(index->remove(std::span(&id, 1)));
    }
    stop = true;
    for (std::thread &reader : readers)
        reader.join();

    QCOMPARE(wrong.load(), 0);
    QCOMPARE(index->size(), std::int64_t(200));
}

/// Two languages, each with a direction of its own that hides what the texts say.
void TestVectorIndex::centresWhatItCompares()
{
    const auto unit = [](std::initializer_list<float> head) {
        std::vector<float> vector(kDimension);
        std::copy(head.begin(), head.end(), vector.begin());
        const float length = std::sqrt(dot(vector, vector));
        for (float &value : vector)
            value /= length;
        return vector;
    };
    auto index = openIndex();
    QVERIFY(index->add(std::vector<ChunkId>{1}, unit({3, 0, 1, 0}))); // says what is asked
    QVERIFY(index->add(std::vector<ChunkId>{2}, unit({3, 0, 0, 1})));
    QVERIFY(index->add(std::vector<ChunkId>{3}, unit({3, 0, 0, 0})));
    const std::vector<float> query = unit({3, 1.2F, 1, 0});
    const auto mean = index->mean(std::vector<ChunkId>{1, 2, 3}).value();

    const auto plain = index->search(query, 3, {});
    const auto centred = index->search(query, 3, {}, Centre{mean, mean, 0.9F});

    QCOMPARE(plain->at(0).chunk, ChunkId(1));
    QCOMPARE(centred->at(0).chunk, ChunkId(1));
    QCOMPARE(centred->at(0).similarity, plain->at(0).similarity);
    QVERIFY(centred->at(0).score - centred->at(1).score > 3 * (plain->at(0).score - plain->at(1).score));
    // The formula without the rows being changed is that of the rows changed.
    std::vector<float> row = unit({3, 0, 1, 0});
    std::vector<float> asked = query;
    for (std::size_t i = 0; i < row.size(); ++i) {
        row[i] -= 0.9F * mean[i];
        asked[i] -= 0.9F * mean[i];
    }
    const float expected = dot(row, asked) / std::sqrt(dot(row, row) * dot(asked, asked));
    QVERIFY(std::abs(centred->at(0).score - expected) < 1e-4F);
}

void TestVectorIndex::givesTheMean()
{
    std::mt19937 generator(9);
    auto index = openIndex();
    const auto a = randomUnit(generator);
    const auto b = randomUnit(generator);
    QVERIFY(index->add(std::vector<ChunkId>{1}, a));
    QVERIFY(index->add(std::vector<ChunkId>{2}, b));

    const auto mean = index->mean(std::vector<ChunkId>{1, 2, 77}).value();

    QVERIFY(std::abs(mean[5] - (a[5] + b[5]) / 2) < 1e-6F);
    QCOMPARE(index->mean({}).value(), std::vector<float>(kDimension));
}

namespace {

/// Vectors as texts have them: around a few hundred topics.
std::vector<float> madeRows(int count, std::mt19937 &generator)
{
    std::vector<std::vector<float>> topics;
    for (int i = 0; i < 200; ++i)
        topics.push_back(randomUnit(generator));
    std::vector<float> rows;
    for (int i = 0; i < count; ++i) {
        std::vector<float> row = randomUnit(generator);
        const std::vector<float> &topic = topics[generator() % topics.size()];
        for (std::size_t j = 0; j < row.size(); ++j)
            row[j] = 0.6F * row[j] + topic[j];
        const float length = std::sqrt(dot(row, row));
        for (float &value : row)
            rows.push_back(value / length);
    }
    return rows;
}

std::vector<ChunkId> numbers(int count)
{
    std::vector<ChunkId> ids(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < ids.size(); ++i)
        ids[i] = ChunkId(i + 1);
    return ids;
}

} // namespace

void TestVectorIndex::looksAtClustersOfVeryManyRows()
{
    constexpr int kRows = 6000;
    std::mt19937 generator(3);
    const std::vector<float> rows = madeRows(kRows, generator);
    IndexOptions options;
    options.exactUpTo = 1000;
    auto index = *FaissIndex::openOrRebuild(file(), *m_store, kModel, kDimension, nullptr, options);
    auto exact = *FaissIndex::openOrRebuild(folder() / "exact", *m_store, kModel, kDimension);
    QVERIFY(exact->add(numbers(kRows), rows));
    QVERIFY(index->add(numbers(kRows), rows));
    QCOMPARE(index->recallOfExact(), 1.0);

    QVERIFY(index->refresh(*m_store)); // makes them
    int found = 0;
    for (int i = 0; i < 100; ++i) {
        const std::span<const float> query =
            std::span(rows).subspan(std::size_t(i * 59) * kDimension, kDimension);
        const auto near = index->search(query, 10, {});
        const auto all = exact->search(query, 10, {});
        for (const VectorHit &hit : *all)
            found += std::any_of(near->begin(), near->end(),
                                 [&](const VectorHit &other) { return other.chunk == hit.chunk; });
    }

    QVERIFY2(found >= 950, qPrintable(QString::number(found)));
    QVERIFY(index->recallOfExact() >= 0.98);
}

void TestVectorIndex::clustersFollowChanges()
{
    constexpr int kRows = 3000;
    std::mt19937 generator(4);
    const std::vector<float> rows = madeRows(kRows, generator);
    IndexOptions options;
    options.exactUpTo = 1000;
    auto index = *FaissIndex::openOrRebuild(file(), *m_store, kModel, kDimension, nullptr, options);
    QVERIFY(index->add(numbers(kRows), rows));
    QVERIFY(index->refresh(*m_store));
    const std::vector<float> mine = randomUnit(generator);

    QVERIFY(index->add(std::vector<ChunkId>{kRows + 1}, mine)); // in no cluster yet
    QVERIFY(index->add(std::vector<ChunkId>{7}, mine));         // moves away from its own
    QVERIFY(index->remove(std::vector<ChunkId>{5}));
    const auto hits = index->search(mine, 2, {});
    const auto few = index->search(mine, 2, std::vector<ChunkId>{8, 9});
    const auto gone = index->search(std::span(rows).subspan(4 * kDimension, kDimension), kRows, {});

    QCOMPARE(hits->at(0).chunk, ChunkId(7));
    QCOMPARE(hits->at(1).chunk, ChunkId(kRows + 1));
    QCOMPARE(few->size(), std::size_t(2));
    QVERIFY(std::none_of(gone->begin(), gone->end(), [](const VectorHit &hit) { return hit.chunk == 5; }));
}

/// A part of the 300 ms that passages may take.
void TestVectorIndex::answersInTimeOverTenThousand()
{
    constexpr int kRows = 10'000;
    std::mt19937 generator(6);
    auto index = openIndex();
    QVERIFY(index->add(numbers(kRows), madeRows(kRows, generator)));
    const std::vector<float> query = randomUnit(generator);
    const std::vector<ChunkId> all = numbers(kRows);
    const auto mean = index->mean(all).value();

    QElapsedTimer timer;
    timer.start();
    const auto hits = index->search(query, 300, all, Centre{mean, mean, 0.5F});
    const qint64 elapsed = timer.elapsed();

    QCOMPARE(hits->size(), std::size_t(300));
    QVERIFY2(elapsed < 150, qPrintable(QString::number(elapsed) + " ms"));
}

QTEST_APPLESS_MAIN(TestVectorIndex)
#include "test_vector_index.moc"
