#include "rag/retrieve/rank_fusion.h"

#include <QTest>

using namespace rag;

namespace {

std::vector<ChunkId> order(const std::vector<FusedHit> &hits)
{
    std::vector<ChunkId> ids;
    for (const FusedHit &hit : hits)
        ids.push_back(hit.chunk);
    return ids;
}

} // namespace

class TestRankFusion : public QObject
{
    Q_OBJECT

private slots:
    void addsReciprocalRanks();
    void putsWhatBothFoundBeforeWhatOneFoundFirst();
    void aHeavierListDecides();
    void equalScoresComeInOrderOfId();
    void nothingFusesToNothing();
};

void TestRankFusion::addsReciprocalRanks()
{
    const std::vector<RankedList> lists{{{7, 8}, 2}, {{8}, 1}};

    const auto fused = fuseRanks(lists, 60);

    QCOMPARE(fused.size(), std::size_t(2));
    QCOMPARE(fused[0].chunk, ChunkId(8));
    QCOMPARE(fused[0].score, 2.0 / 62 + 1.0 / 61);
    QCOMPARE(fused[1].score, 2.0 / 61);
}

void TestRankFusion::putsWhatBothFoundBeforeWhatOneFoundFirst()
{
    const std::vector<RankedList> lists{{{1, 5}}, {{2, 5}}};

    QCOMPARE(order(fuseRanks(lists, 20)), (std::vector<ChunkId>{5, 1, 2}));
}

void TestRankFusion::aHeavierListDecides()
{
    const std::vector<RankedList> lists{{{1, 2}, 0.1}, {{2, 1}, 1}};

    QCOMPARE(order(fuseRanks(lists, 20)), (std::vector<ChunkId>{2, 1}));
}

void TestRankFusion::equalScoresComeInOrderOfId()
{
    const std::vector<RankedList> lists{{{9}}, {{3}}, {{6}}};

    QCOMPARE(order(fuseRanks(lists, 20)), (std::vector<ChunkId>{3, 6, 9}));
}

void TestRankFusion::nothingFusesToNothing()
{
    QVERIFY(fuseRanks({}, 20).empty());
    QVERIFY(fuseRanks(std::vector<RankedList>(2), 20).empty());
}

QTEST_APPLESS_MAIN(TestRankFusion)
#include "test_rank_fusion.moc"
