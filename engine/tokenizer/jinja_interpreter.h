#pragma once

#include "engine/tokenizer/jinja_ast.h"

#include <ctime>
#include <deque>
#include <map>

namespace engine::jinja {

/// What the template sees of the loop it is in.
struct Loop
{
    List items;
    std::size_t index = 0;
    int depth = 0;
    Value recurse; ///< calls the loop anew on other items; undefined in a plain one
};

/// Runs a template's tree, once. What it may use is counted: steps (also for bytes copied), depth of calls,
/// bytes of output. Throws Failure.
class Interpreter
{
public:
    /// @param now  what strftime_now sees
    Interpreter(const Dict &context, const std::tm &now);

    Text run(const Body &body);

    // For filters, tests and functions:
    void spend(std::size_t steps);

    void spendOn(const Text &text) { spend(1 + text.size() / 32 + text.ranges().size()); }

    void spendOn(const Value &value) { spend(value.weight()); }

    /// A search may compare the whole part at every place.
    void spendOnSearch(const Text &text, std::size_t part) { spend(1 + text.size() / 32 * (1 + part / 256)); }

    Value applyFilter(const std::string &name, const Value &value, Args &args);
    bool applyTest(const std::string &name, const Value &value, Args &args);
    /// Elements of a list, keys of a dict, characters of a string, nothing of an undefined value. Refused:
    /// others.
    List elements(const Value &value);
    Value attribute(const Value &value, const std::string &name);
    Value item(const Value &value, const Value &key);
    Value call(const Value &callee, Args &args);
    Namespace *makeNamespace();

    const std::tm &now() const { return m_now; }

private:
    enum class Flow { Normal, Break, Continue };

    /// One level of recursion over the tree; there are not too many of them.
    class Level
    {
    public:
        explicit Level(Interpreter &interpreter);

        ~Level() { --m_interpreter.m_depth; }

        Level(const Level &) = delete;
        Level &operator=(const Level &) = delete;

    private:
        Interpreter &m_interpreter;
    };

    using Scope = std::map<std::string, Value, std::less<>>;

    Flow execute(const Body &body);
    Flow execute(const Stmt &stmt);
    Flow executeIf(const Stmt &stmt);
    Flow executeFor(const Stmt &stmt, const Value &over, int depth);
    Flow runLoop(const Stmt &stmt, Loop &loop);
    void executeWith(const Stmt &stmt);
    Text capture(const Body &body);
    Value functionOf(const Stmt &stmt);
    /// @param barrier  the first scope that the body sees beside the outer two
    Text callFunction(const Stmt &stmt, std::size_t barrier, Args &args);
    Value filtered(const Expr &filters, Text body);

    void assign(const std::vector<ExprPtr> &targets, const Value &value);
    void assignOne(const Expr &target, const Value &value);
    void print(const Text &text);
    void printValue(const Value &value);

    Value evaluate(const Expr &expr);
    Value evaluateName(const std::string &name);
    Value evaluateDict(const Expr &expr);
    Value evaluateSlice(const Expr &expr);
    Value evaluateBinary(const Expr &expr);
    Value evaluateSign(const Expr &expr);
    bool evaluateCompare(const Expr &expr);
    bool evaluateComparison(const std::string &op, const Value &left, const Value &right);
    bool contains(const Value &container, const Value &value);
    Args evaluateArgs(const Expr &expr);

    std::deque<Scope> m_scopes;             ///< [0]: context and functions, [1]: the template's own names
    std::vector<std::size_t> m_barriers{2}; ///< scopes from 2 to before the last one are out of sight
    std::deque<Namespace> m_namespaces;
    std::deque<Loop> m_loops; ///< kept: a template may store them
    Text *m_out = nullptr;
    std::tm m_now;
    std::size_t m_steps = 0;
    int m_depth = 0;
};

} // namespace engine::jinja
