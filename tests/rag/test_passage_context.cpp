#include "rag/retrieve/passage_context.h"
#include "tests/rag/small_library.h"

#include <QTest>

using namespace rag;

class TestPassageContext : public QObject
{
    Q_OBJECT

private slots:
    void init();
    void givesWholeSentencesAround();
    void leavesOutWhatIsTooLong();
    void hasNothingAtTheEdges();
    void passesOverARemovedDocument();

private:
    Passage passageOf(const std::string &text) const
    {
        Passage passage;
        passage.document = m_document;
        passage.text = text;
        const std::string page = m_library->store->page(m_document, 0)->value().text;
        passage.segments = {{0, std::uint32_t(page.find(text)), 0, std::uint32_t(text.size())}};
        return passage;
    }

    std::unique_ptr<SmallLibrary> m_library;
    DocumentId m_document = 0;
};

void TestPassageContext::init()
{
    m_library = std::make_unique<SmallLibrary>();
    m_document =
        m_library->add("one.pdf", "en",
                       {{"The pier is old. It was built of oak. The ferry leaves at noon. It takes an "
                         "hour. Bring a coat."}});
}

void TestPassageContext::givesWholeSentencesAround()
{
    const std::vector<Passage> passages{passageOf("The ferry leaves at noon.")};

    const auto near = contextOf(*m_library->store, passages, 25).value();
    const auto all = contextOf(*m_library->store, passages, 1000).value();

    QCOMPARE(near[0].before, std::string("It was built of oak."));
    QCOMPARE(near[0].after, std::string("It takes an hour."));
    QCOMPARE(all[0].before, std::string("The pier is old. It was built of oak."));
    QCOMPARE(all[0].after, std::string("It takes an hour. Bring a coat."));
}

void TestPassageContext::leavesOutWhatIsTooLong()
{
    const std::vector<Passage> passages{passageOf("The ferry leaves at noon.")};

    const auto none = contextOf(*m_library->store, passages, 5).value();

    QVERIFY(none[0].before.empty() && none[0].after.empty());
}

void TestPassageContext::hasNothingAtTheEdges()
{
    const std::vector<Passage> passages{passageOf("The pier is old."), passageOf("Bring a coat.")};

    const auto contexts = contextOf(*m_library->store, passages, 1000).value();

    QVERIFY(contexts[0].before.empty() && !contexts[0].after.empty());
    QVERIFY(!contexts[1].before.empty() && contexts[1].after.empty());
}

void TestPassageContext::passesOverARemovedDocument()
{
    const std::vector<Passage> passages{passageOf("Bring a coat.")};
    QVERIFY(m_library->store->removeDocument(m_document));

    QVERIFY(contextOf(*m_library->store, passages, 1000).value()[0].before.empty());
}

QTEST_GUILESS_MAIN(TestPassageContext)
#include "test_passage_context.moc"
