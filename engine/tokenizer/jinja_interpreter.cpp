#include "engine/tokenizer/jinja_interpreter.h"

#include "engine/tokenizer/jinja_builtins.h"

#include <algorithm>

namespace engine::jinja {

namespace {

constexpr std::size_t kMostSteps = 1'000'000;
constexpr std::size_t kMostOutput = 16u << 20;
constexpr int kDeepestRecursion = 400;

/// Restores what a function call or capture changes, also when it fails.
template <class F>
class Finally
{
public:
    explicit Finally(F f)
        : m_f(std::move(f))
    {
    }

    ~Finally() { m_f(); }

    Finally(const Finally &) = delete;
    Finally &operator=(const Finally &) = delete;

private:
    F m_f;
};

} // namespace

Interpreter::Interpreter(const Dict &context, const std::tm &now)
    : m_scopes(2)
    , m_now(now)
{
    for (const auto &[name, value] : context) {
        m_scopes[0].insert_or_assign(name.bytes(), value);
    }
}

Interpreter::Level::Level(Interpreter &interpreter)
    : m_interpreter(interpreter)
{
    if (interpreter.m_depth >= kDeepestRecursion) {
        throw Failure{Failure::Kind::Limit, "loops and calls nest too deeply"};
    }
    ++interpreter.m_depth;
}

Text Interpreter::run(const Body &body)
{
    return capture(body);
}

void Interpreter::spend(std::size_t steps)
{
    if (steps > kMostSteps - m_steps) {
        throw Failure{Failure::Kind::Limit, "the template takes too many steps"};
    }
    m_steps += steps;
}

Namespace *Interpreter::makeNamespace()
{
    return &m_namespaces.emplace_back();
}

void Interpreter::print(const Text &text)
{
    spendOn(text);
    if (text.size() > kMostOutput - m_out->size()) {
        throw Failure{Failure::Kind::Limit, "the template writes too much"};
    }
    m_out->append(text);
}

void Interpreter::printValue(const Value &value)
{
    spendOn(value);
    print(toText(value));
}

Text Interpreter::capture(const Body &body)
{
    Text out;
    Text *const before = std::exchange(m_out, &out);
    const Finally restore([&] { m_out = before; });
    execute(body);
    return out;
}

Interpreter::Flow Interpreter::execute(const Body &body)
{
    for (const auto &stmt : body) {
        const Flow flow = execute(*stmt);
        if (flow != Flow::Normal) {
            return flow;
        }
    }
    return Flow::Normal;
}

Interpreter::Flow Interpreter::execute(const Stmt &stmt)
{
    const Level level(*this);
    spend(1);
    switch (stmt.kind) {
    case StmtKind::Data:
        print(Text(stmt.text));
        break;
    case StmtKind::Print:
        printValue(evaluate(*stmt.expression));
        break;
    case StmtKind::If:
        return executeIf(stmt);
    case StmtKind::For:
        return executeFor(stmt, evaluate(*stmt.expression), 0);
    case StmtKind::Set:
        assign(stmt.targets, evaluate(*stmt.expression));
        break;
    case StmtKind::SetBlock: {
        Text text = capture(stmt.bodies[0]);
        assign(stmt.targets,
               stmt.expression ? filtered(*stmt.expression, std::move(text)) : Value(std::move(text)));
        break;
    }
    case StmtKind::Macro:
        m_scopes.back().insert_or_assign(stmt.text, functionOf(stmt));
        break;
    case StmtKind::CallBlock: {
        const Expr &expr = *stmt.expression;
        Args args = evaluateArgs(expr);
        args.named.emplace_back("caller", functionOf(stmt));
        printValue(call(evaluate(*expr.children[0]), args));
        break;
    }
    case StmtKind::FilterBlock:
        printValue(filtered(*stmt.expression, capture(stmt.bodies[0])));
        break;
    case StmtKind::With:
        executeWith(stmt);
        break;
    case StmtKind::Group:
        return execute(stmt.bodies[0]);
    case StmtKind::Break:
        return Flow::Break;
    case StmtKind::Continue:
        return Flow::Continue;
    }
    return Flow::Normal;
}

Interpreter::Flow Interpreter::executeIf(const Stmt &stmt)
{
    for (std::size_t i = 0; i < stmt.conditions.size(); ++i) {
        if (evaluate(*stmt.conditions[i]).truthy()) {
            return execute(stmt.bodies[i]);
        }
    }
    return stmt.bodies.size() > stmt.conditions.size() ? execute(stmt.bodies.back()) : Flow::Normal;
}

Interpreter::Flow Interpreter::executeFor(const Stmt &stmt, const Value &over, int depth)
{
    const Level level(*this);
    m_scopes.emplace_back();
    const Finally restore([&] { m_scopes.pop_back(); });
    Loop &loop = m_loops.emplace_back();
    loop.depth = depth;
    loop.items = elements(over);
    if (stmt.condition) {
        List kept;
        for (const Value &value : loop.items) {
            assign(stmt.targets, value);
            if (evaluate(*stmt.condition).truthy()) {
                kept.push_back(value);
            }
        }
        loop.items = std::move(kept);
    }
    if (stmt.recursive) {
        loop.recurse = Value(Callable([&stmt, depth](Interpreter &self, Args &args) {
            const Value *items = args.get(0, "iterable");
            Text out;
            Text *const before = std::exchange(self.m_out, &out);
            const Finally back([&] { self.m_out = before; });
            self.executeFor(stmt, items ? *items : Value(), depth + 1);
            return Value(std::move(out));
        }));
    }
    if (loop.items.empty()) {
        return stmt.bodies.size() > 1 ? execute(stmt.bodies[1]) : Flow::Normal;
    }
    return runLoop(stmt, loop);
}

Interpreter::Flow Interpreter::runLoop(const Stmt &stmt, Loop &loop)
{
    for (loop.index = 0; loop.index < loop.items.size(); ++loop.index) {
        spend(1);
        m_scopes.back().clear(); // what an iteration sets is gone in the next
        assign(stmt.targets, loop.items[loop.index]);
        m_scopes.back().insert_or_assign("loop", Value(&loop));
        if (execute(stmt.bodies[0]) == Flow::Break) {
            break;
        }
    }
    return Flow::Normal;
}

void Interpreter::executeWith(const Stmt &stmt)
{
    std::vector<Value> values;
    for (const auto &[name, value] : stmt.parameters) {
        values.push_back(evaluate(*value));
    }
    m_scopes.emplace_back();
    const Finally restore([&] { m_scopes.pop_back(); });
    for (std::size_t i = 0; i < values.size(); ++i) {
        m_scopes.back().insert_or_assign(stmt.parameters[i].first, std::move(values[i]));
    }
    execute(stmt.bodies[0]);
}

Value Interpreter::functionOf(const Stmt &stmt)
{
    // A macro sees the template's own names only; the body of a call block sees what is around it.
    const std::size_t barrier = stmt.kind == StmtKind::Macro ? 0 : m_barriers.back();
    return Value(Callable([&stmt, barrier](Interpreter &self, Args &args) {
        return Value(self.callFunction(stmt, barrier > 0 ? barrier : self.m_scopes.size(), args));
    }));
}

Text Interpreter::callFunction(const Stmt &stmt, std::size_t barrier, Args &args)
{
    const Level level(*this);
    m_barriers.push_back(barrier);
    m_scopes.emplace_back();
    const Finally restore([&] {
        m_scopes.pop_back();
        m_barriers.pop_back();
    });
    for (std::size_t i = 0; i < stmt.parameters.size(); ++i) {
        const auto &[name, fallback] = stmt.parameters[i];
        const Value *given = args.get(i, name);
        m_scopes.back().insert_or_assign(name, given ? *given : fallback ? evaluate(*fallback) : Value());
    }
    if (const Value *caller = args.get(args.positional.size(), "caller")) {
        m_scopes.back().insert_or_assign("caller", *caller);
    }
    return capture(stmt.bodies[0]);
}

Value Interpreter::filtered(const Expr &filters, Text body)
{
    m_scopes.emplace_back();
    const Finally restore([&] { m_scopes.pop_back(); });
    m_scopes.back().insert_or_assign(std::string(kBodyName), Value(std::move(body)));
    return evaluate(filters);
}

void Interpreter::assign(const std::vector<ExprPtr> &targets, const Value &value)
{
    if (targets.size() == 1) {
        return assignOne(*targets[0], value);
    }
    const List values = elements(value);
    if (values.size() != targets.size()) {
        refuse("cannot unpack " + std::to_string(values.size()) + " values into " +
               std::to_string(targets.size()));
    }
    for (std::size_t i = 0; i < targets.size(); ++i) {
        assignOne(*targets[i], values[i]);
    }
}

void Interpreter::assignOne(const Expr &target, const Value &value)
{
    if (target.kind == ExprKind::Name) {
        m_scopes.back().insert_or_assign(target.name, value);
        return;
    }
    Namespace *const names = evaluate(*target.children[0]).names();
    if (!names) {
        refuse("cannot assign attribute on non-namespace object");
    }
    for (auto &[name, old] : names->values) {
        if (name == target.name) {
            old = value;
            return;
        }
    }
    spend(names->values.size());
    names->values.emplace_back(target.name, value);
}

Value Interpreter::call(const Value &callee, Args &args)
{
    spend(1);
    if (const Callable *callable = callee.callable()) {
        return (*callable)(*this, args);
    }
    if (callee.loop()) {
        if (const Callable *callable = callee.loop()->recurse.callable()) {
            return (*callable)(*this, args);
        }
        refuse("the loop is not recursive");
    }
    if (callee.isUndefined()) {
        throw Failure{Failure::Kind::Undefined, callee.hint()};
    }
    refuse("'" + typeName(callee) + "' object is not callable");
}

Value Interpreter::applyFilter(const std::string &name, const Value &value, Args &args)
{
    spend(1);
    const Filter filter = findFilter(name);
    if (!filter) {
        refuse("no filter named '" + name + "'");
    }
    return filter(*this, value, args);
}

bool Interpreter::applyTest(const std::string &name, const Value &value, Args &args)
{
    spend(1);
    const Test test = findTest(name);
    if (!test) {
        refuse("no test named '" + name + "'");
    }
    return test(*this, value, args);
}

List Interpreter::elements(const Value &value)
{
    if (const List *list = value.list()) {
        spend(list->size());
        return *list;
    }
    List list;
    if (const Dict *dict = value.dict()) {
        spend(dict->size());
        for (const auto &[key, item] : *dict) {
            list.emplace_back(key);
        }
    } else if (const Text *text = value.text()) {
        spend(text->size() * (1 + text->ranges().size()));
        const auto offsets = characterOffsets(text->bytes());
        for (std::size_t i = 0; i + 1 < offsets.size(); ++i) {
            list.emplace_back(text->slice(offsets[i], offsets[i + 1]));
        }
    } else if (!value.isUndefined()) {
        refuse("'" + typeName(value) + "' object is not iterable");
    }
    return list;
}

} // namespace engine::jinja
