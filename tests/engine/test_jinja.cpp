#include "engine/tokenizer/chat_template.h"
#include "engine/tokenizer/jinja.h"

#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

namespace {

using engine::jinja::Template;

QByteArray contentOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// The day that the goldens were made on.
std::tm goldenDay()
{
    std::tm day{};
    day.tm_year = 2026 - 1900;
    day.tm_mon = 10;
    day.tm_mday = 23;
    day.tm_wday = 1;
    return day;
}

/// The text, or "!" and the error.
std::string rendered(std::string_view source, std::string_view request = "{}")
{
    const auto parsed = Template::parse(source);
    if (!parsed) {
        return "!" + parsed.error().detail;
    }
    const auto text = parsed->renderJson(request, goldenDay());
    return text ? *text : "!" + text.error().detail;
}

std::string runsAsText(const engine::Result<std::vector<Template::Run>> &runs)
{
    if (!runs) {
        return "!" + runs.error().detail;
    }
    std::string text;
    for (const auto &run : *runs) {
        text += run.message < 0 ? run.text : "[" + std::to_string(run.message) + ":" + run.text + "]";
    }
    return text;
}

std::string renderedRuns(std::string_view source, std::vector<Template::Message> messages)
{
    const auto parsed = Template::parse(source);
    Template::Input input;
    input.messages = std::move(messages);
    input.now = goldenDay();
    return parsed ? runsAsText(parsed->render(input)) : "!" + parsed.error().detail;
}

} // namespace

/// The language of templates; what a chat is made of with them is in test_chat_template.
class TestJinja : public QObject
{
    Q_OBJECT

private slots:
    void rendersPublishedTemplates_data();
    void rendersPublishedTemplates();
    void rendersAllPublishedTemplates_data();
    void rendersAllPublishedTemplates();
    void keepsMessagesApartInPublishedTemplates_data();
    void keepsMessagesApartInPublishedTemplates();
    void followsJinja_data();
    void followsJinja();
    void followsMessageTextThroughStrings_data();
    void followsMessageTextThroughStrings();
    void refuses_data();
    void refuses();
    void leavesMessagesOutOfErrors();
    void rendersFromJson();
};

void TestJinja::rendersPublishedTemplates_data()
{
    QTest::addColumn<QString>("folder");
    QTest::addColumn<QJsonObject>("golden");
    const QDir folder(QStringLiteral(TEST_DATA "/templates"));
    for (const QString &name : folder.entryList({QStringLiteral("*.json")})) {
        QTest::newRow(qPrintable(name.chopped(5)))
            << folder.path() << QJsonDocument::fromJson(contentOf(folder.filePath(name))).object();
    }
}

void TestJinja::rendersPublishedTemplates()
{
    QFETCH(QString, folder);
    QFETCH(QJsonObject, golden);
    if (golden.isEmpty()) {
        QSKIP("needs ../shared");
    }
    const QByteArray source =
        contentOf(folder + QLatin1Char('/') + golden[QStringLiteral("template")].toString());
    QVERIFY(!source.isEmpty());
    const auto cases = golden[QStringLiteral("cases")].toArray();
    QVERIFY(cases.size() >= 10);
    for (const auto entry : cases) {
        QJsonObject request = entry.toObject();
        request[QStringLiteral("bos_token")] = golden[QStringLiteral("bos_token")];
        request[QStringLiteral("eos_token")] = golden[QStringLiteral("eos_token")];

        const std::string text =
            rendered(source.toStdString(), QJsonDocument(request).toJson().toStdString());

        const bool refused = request.contains(QStringLiteral("error"));
        const QString wanted = refused ? QLatin1Char('!') + request[QStringLiteral("error")].toString()
                                       : request[QStringLiteral("expected")].toString();
        QCOMPARE(QString::fromStdString(text), wanted);
    }
}

void TestJinja::rendersAllPublishedTemplates_data()
{
    QTest::addColumn<QString>("folder");
    QTest::addColumn<QJsonObject>("golden");
    const QDir folder(QStringLiteral(SHARED_DATA "/golden/templates"));
    for (const QString &name : folder.entryList({QStringLiteral("*.json")})) {
        QTest::newRow(qPrintable(name.chopped(5)))
            << folder.path() << QJsonDocument::fromJson(contentOf(folder.filePath(name))).object();
    }
    if (!folder.exists()) {
        QTest::newRow("none") << QString() << QJsonObject();
    }
}

void TestJinja::rendersAllPublishedTemplates()
{
    rendersPublishedTemplates();
}

void TestJinja::keepsMessagesApartInPublishedTemplates_data()
{
    rendersPublishedTemplates_data();
}

/// Taken apart and put together again it is the golden text, and the pieces that count as message text are
/// parts of messages, word for word.
void TestJinja::keepsMessagesApartInPublishedTemplates()
{
    QFETCH(QString, folder);
    QFETCH(QJsonObject, golden);
    const QByteArray source =
        contentOf(folder + QLatin1Char('/') + golden[QStringLiteral("template")].toString());
    const auto parsed = Template::parse(source.toStdString());
    QVERIFY(parsed);
    int messageRuns = 0;
    for (const auto entry : golden[QStringLiteral("cases")].toArray()) {
        if (entry[QStringLiteral("error")].isString()) {
            continue;
        }
        Template::Input input;
        for (const auto message : entry[QStringLiteral("messages")].toArray()) {
            input.messages.push_back({message[QStringLiteral("role")].toString().toStdString(),
                                      message[QStringLiteral("content")].toString().toStdString()});
        }
        input.addGenerationPrompt = entry[QStringLiteral("add_generation_prompt")].toBool();
        input.beginOfText = golden[QStringLiteral("bos_token")].toString().toStdString();
        input.endOfText = golden[QStringLiteral("eos_token")].toString().toStdString();
        input.now = goldenDay();

        const auto runs = parsed->render(input);

        QVERIFY(runs);
        std::string whole;
        for (const auto &run : *runs) {
            whole += run.text;
            if (run.message >= 0) {
                ++messageRuns;
                QVERIFY(input.messages[std::size_t(run.message)].text.find(run.text) != std::string::npos);
            }
        }
        QCOMPARE(QString::fromStdString(whole), entry[QStringLiteral("expected")].toString());
    }
    QVERIFY(messageRuns >= 10);
}

void TestJinja::followsJinja_data()
{
    QTest::addColumn<QByteArray>("source");
    QTest::addColumn<QByteArray>("wanted");
    const auto row = [](const char *name, const char *source, const char *wanted) {
        QTest::newRow(name) << QByteArray(source) << QByteArray(wanted);
    };
    // White space.
    row("trim_blocks", "{% if true %}\na\n{% endif %}\nb", "a\nb");
    row("lstrip_blocks", "a\n   {% if true %}\nb\n  {% endif %}\nc", "a\nb\nc");
    row("no lstrip after text", "a {% if true %}b{% endif %}", "a b");
    row("no lstrip of printing", "  {{ 1 }}", "  1");
    row("minus", "a \n {{- 1 -}} \n b", "a1b");
    row("plus", "  {%+ if true +%}\nx{% endif %}", "  \nx");
    row("comment", "a\n  {# gone #}\nb", "a\nb");
    row("last newline goes", "a\n", "a");
    row("only one newline goes", "a\n\n", "a\n");
    row("carriage returns", "a\r\nb\rc", "a\nb\nc");
    row("raw", "{% raw %}{{ x }}{% endraw %}", "{{ x }}");
    row("braces in strings", "{{ '}}' }}{{ {'a': {'b': 1}}.a.b }}", "}}1");
    // Literals and arithmetic.
    row("escapes", "{{ 'a\\n\\t\\'\\x41\\u00e9' }}", "a\n\t'A\xc3\xa9");
    row("strings join", "{{ 'a' 'b' }}", "ab");
    row("precedence", "{{ 1 + 2 * 3 ** 2 - -4 }}", "23");
    row("rounds down", "{{ -7 // 2 }} {{ -7 % 3 }} {{ 7 / 2 }}", "-4 2 3.5");
    row("reals", "{{ 1.0 }} {{ 0.1 + 0.2 }} {{ 1e3 }}", "1.0 0.30000000000000004 1000.0");
    row("concatenation", "{{ 1 ~ 'a' ~ none ~ true }}", "1aNoneTrue");
    row("comparison chain", "{{ 1 < 2 <= 2 != 3 }}", "True");
    row("in", "{{ 'a' in 'cat' }} {{ 2 in [1, 2] }} {{ 'x' not in {'x': 1} }} {{ 'a' in nothing }}",
        "True True False False");
    row("and or give operands", "{{ '' or 'b' }} {{ 1 and 2 }}", "b 2");
    row("not binds after is", "{{ not x is defined }}", "True");
    row("condition", "{{ 'a' if false else 'b' }}{{ 'c' if false }}", "b");
    row("lists print", "{{ [1, 'a', none, [true]] }} {{ {'k': 'v'} }}", "[1, 'a', None, [True]] {'k': 'v'}");
    // Statements.
    row("elif", "{% for i in range(3) %}{% if i == 0 %}a{% elif i == 1 %}b{% else %}c{% endif %}{% endfor %}",
        "abc");
    row("loop",
        "{% for c in 'abc' %}{{ loop.index }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ "
        "loop.length }}{{ c }} {% endfor %}",
        "12TrueFalse3a 21FalseFalse3b 30FalseTrue3c ");
    row("loop neighbours", "{% for i in [1, 2, 3] %}{{ loop.previtem }}-{{ loop.nextitem }};{% endfor %}",
        "-2;1-3;2-;");
    row("loop filter", "{% for i in range(9) if i is odd %}{{ i }}{{ loop.length }}{% endfor %}", "14345474");
    row("loop else", "{% for i in [] %}x{% else %}none{% endfor %}", "none");
    row("break continue",
        "{% for i in range(9) %}{% if i == 1 %}{% continue %}{% endif %}{% if i == 3 %}{% break %}{% endif "
        "%}{{ i }}{% endfor %}",
        "02");
    row("unpacking", "{% for k, v in {'a': 1, 'b': 2}.items() %}{{ k }}{{ v }}{% endfor %}", "a1b2");
    row("recursion",
        "{% for i in [[1], [2, [3]]] recursive %}{% if i is iterable %}({{ loop(i) }}){% else %}{{ i }}{% "
        "endif %}{% endfor %}",
        "(1)(2(3))");
    row("loop names end", "{% set x = 1 %}{% for i in [1] %}{% set x = 2 %}{% endfor %}{{ x }}{{ i }}", "1");
    row("namespace",
        "{% set ns = namespace(n=0) %}{% for i in range(4) %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}",
        "6");
    row("set block", "{% set x %}a{{ 1 }}{% endset %}{{ x }}{% set y | upper %}b{% endset %}{{ y }}", "a1B");
    row("set pair", "{% set a, b = 1, 2 %}{{ b }}{{ a }}", "21");
    row("macro", "{% macro m(a, b='x') %}<{{ a }}{{ b }}>{% endmacro %}{{ m(1) }}{{ m(1, b=2) }}",
        "<1x><12>");
    row("macro hides locals", "{% macro m() %}{{ i }}{% endmacro %}{% for i in [1] %}{{ m() }}{% endfor %}",
        "");
    row("call",
        "{% macro m() %}[{{ caller() }}]{% endmacro %}{% for i in [1] %}{% call m() %}{{ i }}{% endcall %}{% "
        "endfor %}",
        "[1]");
    row("filter block", "{% filter upper %}a{{ 'b' }}{% endfilter %}", "AB");
    row("with", "{% with a = 1, b = 2 %}{{ a + b }}{% endwith %}{{ a }}", "3");
    row("generation", "{% generation %}a{% endgeneration %}", "a");
    // Access.
    row("slices",
        "{{ 'hello'[1:3] }} {{ 'hello'[::-1] }} {{ [1, 2, 3][-2:] }} {{ 'hello'[-1] }} {{ 'abc'[9:] }}|",
        "el olleh [2, 3] o |");
    row("slices count characters", "{{ 'مرحبا'[1:3] }}{{ 'مرحبا'|length }}", "رح5");
    row("missing is empty", "[{{ x }}{{ {}.a }}{{ [][3] }}{{ 'a'.b }}]", "[]");
    row("method before key", "{{ {'items': 1}.items() }}", "[['items', 1]]");
    // Filters, tests, methods.
    row("trim", "[{{ '  a '|trim }}{{ 'xax'|trim('x') }}]", "[aa]");
    row("json", "{{ {'a': [1, 1.5, none, true, 'q\"\\n é']}|tojson }}",
        "{\"a\": [1, 1.5, null, true, \"q\\\"\\n \xc3\xa9\"]}");
    row("json indent", "{{ {'a': [1], 'b': {}}|tojson(indent=2) }}",
        "{\n  \"a\": [\n    1\n  ],\n  \"b\": {}\n}");
    row("default", "{{ x|default('d') }}{{ ''|default('d', true) }}{{ ''|d('d') }}", "dd");
    row("join", "{{ [1, 2]|join(', ') }}{{ [{'a': 1}, {'a': 2}]|join('', attribute='a') }}", "1, 212");
    row("map", "{{ [{'a': {'b': 1}}]|map(attribute='a.b')|list }}{{ ['x']|map('upper')|first }}", "[1]X");
    row("select", "{{ [1, 2, 3]|select('odd')|list }}{{ [1, 2]|reject('equalto', 1)|list }}", "[1, 3][2]");
    row("selectattr",
        "{{ [{'r': 'u', 'i': 1}, {'r': 'a', 'i': 2}]|selectattr('r', 'equalto', 'a')|map(attribute='i')|list "
        "}}",
        "[2]");
    row("sort", "{{ [3, 1, 2]|sort }}{{ ['b', 'A']|sort|join }}{{ [1, 2]|sort(reverse=true) }}",
        "[1, 2, 3]Ab[2, 1]");
    row("numbers",
        "{{ '42'|int + 1 }} {{ '1.5'|float }} {{ 2.5|round }} {{ -3|abs }} {{ [1, 2]|sum }} {{ [1, 2]|max }}",
        "43 1.5 2.0 3 3 2");
    row("case", "{{ 'aB c'|upper }}{{ 'aB c'|title }}{{ 'aB'|capitalize }}{{ 'É'|lower }}", "AB CAb CAbé");
    row("indent", "{{ 'a\nb\n\nc'|indent(2) }}", "a\n  b\n\n  c");
    row("escape", "{{ '<a>&'|e }}", "&lt;a&gt;&amp;");
    row("reverse unique last", "{{ [1, 2, 1]|unique|list }}{{ [1, 2]|reverse|list }}{{ 'abc'|last }}",
        "[1, 2][2, 1]c");
    row("tests",
        "{{ 'a' is string }}{{ {} is mapping }}{{ 3 is divisibleby 3 }}{{ none is none }}{{ 1 is not number "
        "}}{{ true is true }}",
        "TrueTrueTrueTrueFalseTrue");
    row("split",
        "{{ 'a,b,c'.split(',') }}{{ 'a,b,c'.split(',', 1) }}{{ ' a  b '.split() }}{{ 'a,b,c'.rsplit(',', 1) "
        "}}",
        "['a', 'b', 'c']['a', 'b,c']['a', 'b']['a,b', 'c']");
    row("strip", "[{{ '\n a \n'.strip() }}{{ 'xxa'.lstrip('x') }}{{ 'ab'.rstrip('b') }}]", "[aaa]");
    row("methods",
        "{{ 'abc'.startswith('ab') }}{{ 'abc'.endswith(('x', 'c')) }}{{ 'aXa'.replace('a', 'b') }}{{ "
        "'abc'.find('c') }}{{ '-'.join(['a', 'b']) }}",
        "TrueTruebXb2a-b");
    row("dict methods", "{{ {'a': 1}.get('a') }}{{ {}.get('b', 2) }}{{ {'a': 1}.keys()|list }}", "12['a']");
    row("date",
        "{{ strftime_now('%d %b %Y, %A') }} {{ strftime_now('%Y-%m-%d') }} {{ strftime_now('%-d %B') }}",
        "23 Nov 2026, Monday 2026-11-23 23 November");
    row("joiner", "{% set j = joiner('|') %}{% for i in [1, 2, 3] %}{{ j() }}{{ i }}{% endfor %}", "1|2|3");
}

void TestJinja::followsJinja()
{
    QFETCH(QByteArray, source);
    QFETCH(QByteArray, wanted);

    QCOMPARE(QByteArray::fromStdString(rendered(source.toStdString())), wanted);
}

void TestJinja::followsMessageTextThroughStrings_data()
{
    QTest::addColumn<QByteArray>("source");
    QTest::addColumn<QByteArray>("wanted");
    const auto row = [](const char *name, const char *source, const char *wanted) {
        QTest::newRow(name) << QByteArray(source) << QByteArray(wanted);
    };
    const char *const head = "{% set a = messages[0].content %}{% set b = messages[1].content %}";
    const auto rowOf = [&](const char *name, const char *rest, const char *wanted) {
        row(name, (QByteArray(head) + rest).constData(), wanted);
    };
    // Message 0 is " One</think>two ", message 1 is "three".
    rowOf("plain", "<{{ a }}>", "<[0: One</think>two ]>");
    rowOf("role is the template's", "{{ messages[0].role }}", "user");
    rowOf("added", "{{ '<' + a + '>' ~ b }}", "<[0: One</think>two ]>[1:three]");
    rowOf("trimmed", "{{ a|trim }}{{ a.strip() }}", "[0:One</think>twoOne</think>two]");
    rowOf("split", "{{ '(' + a.split('</think>')[-1] + ')' }}", "([0:two ])");
    rowOf("sliced", "{{ (b + 'xyz')[3:6] }}{{ b[::-1] }}", "[1:ee]x[1:eerht]");
    rowOf("replaced", "{{ b.replace('ee', '<|im_end|>') }}", "[1:thr]<|im_end|>");
    rowOf("case", "{{ b|upper }}{{ b|capitalize }}", "[1:THREEThree]");
    rowOf("json", "{{ messages[1]|tojson }}", "{\"role\": \"assistant\", \"content\": \"[1:three]\"}");
    rowOf("list printed", "{{ [b] }}", "['[1:three]']");
    rowOf("joined", "{{ [a, b]|join('+')|trim }}", "[0:One</think>two ]+[1:three]");
    rowOf("through a macro", "{% macro m(x) %}<{{ x }}>{% endmacro %}{{ m(b) }}", "<[1:three]>");
    rowOf("through a namespace", "{% set ns = namespace(t='') %}{% set ns.t = ns.t + b %}{{ ns.t }}!",
          "[1:three]!");
    rowOf("as a key", "{% for k in {b: 1} %}{{ k }}{% endfor %}", "[1:three]");
    rowOf("letter by letter", "{% for c in b %}{{ c }}.{% endfor %}", "[1:t].[1:h].[1:r].[1:e].[1:e].");
}

void TestJinja::followsMessageTextThroughStrings()
{
    QFETCH(QByteArray, source);
    QFETCH(QByteArray, wanted);

    QCOMPARE(QByteArray::fromStdString(
                 renderedRuns(source.toStdString(), {{"user", " One</think>two "}, {"assistant", "three"}})),
             wanted);
}

void TestJinja::refuses_data()
{
    QTest::addColumn<QByteArray>("source");
    QTest::addColumn<QByteArray>("reason");
    const auto row = [](const char *name, const QByteArray &source, const char *reason) {
        QTest::newRow(name) << source << QByteArray(reason);
    };
    row("endless loop", "{% for i in range(1000000000) %}x{% endfor %}", "too many steps");
    row("nested loops", "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}",
        "too many steps");
    row("huge range", "{{ range(1000000000000000000)|length }}", "too many steps");
    row("doubling",
        "{% set ns = namespace(s='aaaaaaaa') %}{% for i in range(60) %}{% set ns.s = ns.s + ns.s %}{% endfor "
        "%}",
        "too many steps");
    row("doubling list",
        "{% set ns = namespace(s=[1]) %}{% for i in range(60) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
        "");
    row("folded list",
        "{% set ns = namespace(s=[1]) %}{% for i in range(90) %}{% set ns.s = [ns.s, ns.s] %}{% endfor %}{{ "
        "ns.s }}",
        "too large");
    row("methods of methods",
        "{% set ns = namespace(d={}) %}{% for i in range(9999) %}{% set ns.d = {'m': ns.d.items} %}{% endfor "
        "%}",
        "too deeply");
    row("long search", "{% set a = 'a' * 300000 %}{% set b = 'a' * 150000 ~ 'b' %}{{ b in a }}",
        "too many steps");
    row("long name", "{{ " + QByteArray(100000, 'a') + " }}", "too long");
    row("deep list",
        "{% set ns = namespace(s=[1]) %}{% for i in range(999) %}{% set ns.s = [ns.s] %}{% endfor %}",
        "too deeply");
    row("string times", "{{ 'a' * 100000000000 }}", "too many steps");
    row("much output", "{% set x = 'a' * 100000 %}{% for i in range(300) %}{{ x }}{% endfor %}", "");
    row("macro recursion", "{% macro m(n) %}{{ m(n + 1) }}{% endmacro %}{{ m(0) }}", "too deeply");
    row("loop recursion", "{% for m in [1] recursive %}{{ loop([1]) }}{% endfor %}", "too deeply");
    row("brackets", "{{ " + QByteArray(100000, '(') + "1" + QByteArray(100000, ')') + " }}", "too deeply");
    row("nots", "{{ " + QByteArray("not ").repeated(200000) + "true }}", "too deeply");
    row("chain", "{{ " + QByteArray("1+").repeated(200000) + "1 }}", "too deeply");
    row("ifs", QByteArray("{% if true %}").repeated(50000) + "x" + QByteArray("{% endif %}").repeated(50000),
        "too deeply");
    row("namespace in itself", "{% set ns = namespace() %}{% set ns.me = ns %}{{ ns }}", "cannot be printed");
    row("host objects", "{{ ''.__class__.__mro__[1].__subclasses__() }}", "UndefinedError");
    row("host functions", "{{ cycler.__init__.__globals__.os.popen('touch pwned').read() }}",
        "UndefinedError");
    row("attr", "{{ [1]|attr('__class__') }}", "no filter named");
    row("include", "{% include '/etc/passwd' %}", "unknown tag include");
    row("import", "{% import '/etc/passwd' as x %}", "unknown tag import");
    row("unknown test", "{{ 1 is no_such_test }}", "no test named");
    row("unclosed", "{% for m in messages %}{{ m.content }", "TemplateSyntaxError");
    row("missing end", "{% if true %}", "TemplateSyntaxError");
    row("break outside", "{% break %}", "outside a loop");
    row("open comment", "{# x", "TemplateSyntaxError");
    row("open string", "{{ 'x }}", "TemplateSyntaxError");
    row("divided by zero", "{{ 1 // 0 }}", "division by zero");
    row("rest of zero", "{{ 1 % 0 }}", "division by zero");
    row("overflow", "{{ 2 ** 99999999 }}", "too large");
    row("step zero", "{{ [1][::0] }}", "step cannot be zero");
    row("range step zero", "{{ range(0, 10, 0) }}", "must not be zero");
    row("use of undefined", "{{ a.b.c.d }}", "'a' is undefined");
    row("addition to undefined", "{{ 'a' + b }}", "'b' is undefined");
    row("text and number", "{{ 'a' + 1 }}", "unsupported operands");
    row("long date", "{{ strftime_now('%Y' * 1000000) }}", "");
    row("odd date", "{{ strftime_now('%E') }}", "format");
    row("own refusal", "{{ raise_exception('no!') }}", "TemplateError: no!");
}

void TestJinja::refuses()
{
    QFETCH(QByteArray, source);
    QFETCH(QByteArray, reason);
    QElapsedTimer timer;
    timer.start();

    const QByteArray text = QByteArray::fromStdString(rendered(source.toStdString()));

    QVERIFY2(text.startsWith('!'), text.left(100).constData());
    QVERIFY2(text.contains(reason), text.constData());
    QVERIFY(timer.elapsed() < 5000); // a second where nothing else runs
}

void TestJinja::leavesMessagesOutOfErrors()
{
    const std::string error =
        renderedRuns("{{ raise_exception('bad: ' ~ messages) }}", {{"user", "a secret"}});

    QVERIFY(error.starts_with("!TemplateError: bad: "));
    QVERIFY(error.find("secret") == std::string::npos);
    QCOMPARE(renderedRuns("{{ messages[0][messages[0].content] + 1 }}", {{"user", "a secret"}}),
             std::string("!UndefinedError: 'dict object' has no attribute '(...)'"));
}

void TestJinja::rendersFromJson()
{
    const auto text = engine::renderTemplateJson(
        "{% for m in messages %}{{ m.role }}: {{ m.content }}{{ eos_token }}{% endfor %}",
        R"({"messages": [{"role": "user", "content": "مرحبا"}], "eos_token": "</s>"})");
    QVERIFY(text);
    QCOMPARE(*text, std::string("user: مرحبا</s>"));
    QVERIFY(!engine::renderTemplateJson("{{ 1 }}", "[]"));
    QVERIFY(!engine::renderTemplateJson("{{ 1 }}", "{"));
    const auto syntax = engine::renderTemplateJson("{{ 1", "{}");
    QVERIFY(!syntax);
    QCOMPARE(syntax.error().code, engine::ErrorCode::Damaged);
}

QTEST_GUILESS_MAIN(TestJinja)
#include "test_jinja.moc"
