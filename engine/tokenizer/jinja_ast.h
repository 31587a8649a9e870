#pragma once

#include "engine/tokenizer/jinja_value.h"

#include <memory>
#include <string>
#include <vector>

/// What a template says, as a tree. The parser limits its depth.
namespace engine::jinja {

/// What the filters of a block are applied to: no name that a template can write.
inline constexpr std::string_view kBodyName = "*body";

enum class ExprKind {
    Literal,   ///< value
    Name,      ///< name
    List,      ///< children; tuples too
    Dict,      ///< children: key, value, key, value ...
    Attribute, ///< children[0].name
    Item,      ///< children[0][children[1]]
    Slice,     ///< children[0][c1:c2:c3]; absent ones null
    Call,      ///< children[0](the others, named)
    Filter,    ///< children[0]|name(the others, named)
    Test,      ///< children[0] is name(the others)
    Not,
    Minus,
    Plus,
    Binary, ///< name is the operator
    And,
    Or,
    Compare,     ///< children[0] op children[1] op ...; operators
    Conditional, ///< children[1] if children[0] else children[2] (may be null)
};

struct Expr;
using ExprPtr = std::unique_ptr<const Expr>;

struct Expr
{
    ExprKind kind;
    std::string name;
    Value value;
    std::vector<ExprPtr> children;
    std::vector<std::pair<std::string, ExprPtr>> named;
    std::vector<std::string> operators;
    int depth = 1;
};

enum class StmtKind {
    Data,
    Print,
    If,
    For,
    Set,
    SetBlock,
    Macro,
    CallBlock,
    FilterBlock,
    With,
    Group,
    Break,
    Continue
};

struct Stmt;
using Body = std::vector<std::unique_ptr<const Stmt>>;

struct Stmt
{
    StmtKind kind;
    std::string text;   ///< Data: the text. Macro: its name
    ExprPtr expression; ///< Print; For: what it runs over; Set: the value; CallBlock: the call; FilterBlock:
                        ///< the filter
    ExprPtr condition;  ///< For: `if` behind it; may be null
    std::vector<ExprPtr> conditions; ///< If: one a branch
    std::vector<Body> bodies; ///< If: one a branch, perhaps one more for else. Others: [0], For: [1] is else
    std::vector<ExprPtr> targets; ///< For, Set, SetBlock: names to assign to, or one namespace attribute
    std::vector<std::pair<std::string, ExprPtr>>
        parameters;         ///< Macro, CallBlock: default or null. With: values
    bool recursive = false; ///< For
};

} // namespace engine::jinja
