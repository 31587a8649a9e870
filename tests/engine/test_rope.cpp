#include "engine/model/rope.h"

#include <QtTest>

using namespace engine;

Q_DECLARE_METATYPE(engine::RopeScaling)
Q_DECLARE_METATYPE(std::vector<float>)

/// Frequencies against the formulas of transformers' modeling_rope_utils.py, computed apart in Python.
class TestRope : public QObject
{
    Q_OBJECT

private slots:
    void frequenciesAreThoseOfTheFormula_data();
    void frequenciesAreThoseOfTheFormula();
    void magnitudesAreThoseOfTheFormula();
    void refusesWhatGivesNoPositions();
};

void TestRope::frequenciesAreThoseOfTheFormula_data()
{
    QTest::addColumn<double>("base");
    QTest::addColumn<RopeScaling>("scaling");
    QTest::addColumn<bool>("longText");
    QTest::addColumn<std::vector<float>>("expected");

    RopeScaling yarn;
    yarn.kind = RopeScaling::Kind::Yarn;
    yarn.factor = 4;
    yarn.originalContext = 64;
    QTest::newRow("YaRN") << 1e4 << yarn << false
                          << std::vector<float>{1.0f,    0.237170825f,    0.05f,    0.00790569415f,
                                                0.0025f, 0.000790569415f, 0.00025f, 7.90569415e-05f};
    yarn.wholeDimensions = false;
    QTest::newRow("YaRN, not rounded")
        << 1e4 << yarn << false
        << std::vector<float>{1.0f,    0.19858352f,     0.0255952459f, 0.00790569415f,
                              0.0025f, 0.000790569415f, 0.00025f,      7.90569415e-05f};
    yarn.wholeDimensions = true;
    yarn.originalContext = 32768;
    QTest::newRow("YaRN of Qwen") << 1e6 << yarn << false
                                  << std::vector<float>{
                                         1.0f,    0.177827941f,    0.0316227766f,   0.00421755994f,
                                         0.0005f, 4.44569853e-05f, 7.90569415e-06f, 1.40585331e-06f};
    RopeScaling llama3;
    llama3.kind = RopeScaling::Kind::Llama3;
    llama3.factor = 8;
    llama3.originalContext = 64;
    QTest::newRow("Llama 3") << 5e5 << llama3 << false << std::vector<float>{1.0f,
                                                                             0.0794030092f,
                                                                             0.00470075387f,
                                                                             0.000911583092f,
                                                                             0.000176776695f,
                                                                             3.4281022e-05f,
                                                                             6.64786987e-06f,
                                                                             1.28917317e-06f};
    RopeScaling linear;
    linear.kind = RopeScaling::Kind::Linear;
    linear.factor = 4;
    QTest::newRow("linear") << 1e4 << linear << false << std::vector<float>{0.25f, 0.025f, 0.0025f, 0.00025f};
    RopeScaling sets;
    sets.kind = RopeScaling::Kind::LongRope;
    sets.shortFactors = {1, 2};
    sets.longFactors = {4, 8};
    QTest::newRow("LongRoPE, short") << 1e4 << sets << false << std::vector<float>{1.0f, 0.005f};
    QTest::newRow("LongRoPE, long") << 1e4 << sets << true << std::vector<float>{0.25f, 0.00125f};
}

void TestRope::frequenciesAreThoseOfTheFormula()
{
    QFETCH(double, base);
    QFETCH(RopeScaling, scaling);
    QFETCH(bool, longText);
    QFETCH(std::vector<float>, expected);

    const auto frequencies = ropeFrequencies(base, int(2 * expected.size()), scaling, {}, longText);

    QCOMPARE(frequencies.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
        QVERIFY2(std::abs(frequencies[i] / expected[i] - 1) < 1e-6f,
                 qPrintable(QString("pair %1: %2, not %3").arg(i).arg(frequencies[i]).arg(expected[i])));
    }
}

void TestRope::magnitudesAreThoseOfTheFormula()
{
    QCOMPARE(yarnMagnitude(4), 1.138629436111989);
    QCOMPARE(yarnMagnitude(40, 0.707), 1.2608037774058554);
    QCOMPARE(yarnMagnitude(0.5), 1.0);
    QCOMPARE(longRopeMagnitude(4, 256), 1.118033988749895);
    QCOMPARE(longRopeMagnitude(1, 256), 1.0);
}

void TestRope::refusesWhatGivesNoPositions()
{
    RopeScaling scaling;
    QVERIFY(checkRopeScaling(scaling, 16));
    scaling.factor = 0;
    QVERIFY(!checkRopeScaling(scaling, 16));
    scaling.factor = 2;
    scaling.kind = RopeScaling::Kind::LongRope;
    scaling.shortFactors.assign(8, 1);
    scaling.longFactors.assign(7, 1);
    QVERIFY(!checkRopeScaling(scaling, 16));
    scaling.longFactors.assign(8, 0);
    QVERIFY(!checkRopeScaling(scaling, 16));
}

QTEST_APPLESS_MAIN(TestRope)
#include "test_rope.moc"
