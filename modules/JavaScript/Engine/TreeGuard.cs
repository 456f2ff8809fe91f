using Jint.Parser;
using Jint.Parser.Ast;
using ModularKv.JavaScript.Running;

namespace ModularKv.JavaScript.Engine;

/// <summary>
/// Rewrites a parsed program so that it can be metered: every list of statements is guarded, every loop and branch has a list, deep
/// expressions have guards every few levels, and <c>new</c> goes through a function that looks at the chain of prototypes.
/// </summary>
internal sealed class TreeGuard(Meter meter)
{
    /// <summary>The name of the function that stands for <c>new</c>; no source can write it.</summary>
    public const string Construct = "%new";

    // The interpreter takes less than a kilobyte of stack a level, and the guard checks for 64 KiB and more.
    private const int LevelsPerGuard = 16;

    private readonly HashSet<object> _functions = new(ReferenceEqualityComparer.Instance);

    /// <summary>Rewrites a program in place.</summary>
    public void Rewrite(Program program)
    {
        foreach (FunctionDeclaration function in program.FunctionDeclarations) Function(function);
        program.Body = List(program.Body, 0);
    }

    private GuardedStatements List(IEnumerable<Statement> statements, int depth) =>
        new(meter, [.. statements.Select(statement => Rewrite(statement, depth + 1)!)]);

    /// <summary>A statement that runs again and again, or hangs on another: as a block.</summary>
    private Statement Block(Statement body, int depth) => body is BlockStatement
        ? Rewrite(body, depth + 1)!
        : new BlockStatement
        {
            Type = SyntaxNodes.BlockStatement, Location = body.Location, Range = body.Range, Body = List([body], depth),
        };

    private Statement? Rewrite(Statement? statement, int depth)
    {
        switch (statement)
        {
            case BlockStatement block:
                block.Body = List(block.Body, depth);
                break;
            case ExpressionStatement expression:
                expression.Expression = Value(expression.Expression, depth);
                break;
            case FunctionDeclaration function:
                Function(function);
                break;
            case VariableDeclaration variables:
                variables.Declarations = [.. variables.Declarations.Select(one => Declarator(one, depth))];
                break;
            case IfStatement branch:
                branch.Test = Value(branch.Test, depth);
                branch.Consequent = Block(branch.Consequent, depth);
                if (branch.Alternate != null) branch.Alternate = Block(branch.Alternate, depth);
                break;
            case LabelledStatement labelled:
                labelled.Body = Rewrite(labelled.Body, depth + 1);
                break;
            case ReturnStatement back:
                back.Argument = Value(back.Argument, depth);
                break;
            case ThrowStatement thrown:
                thrown.Argument = Value(thrown.Argument, depth);
                break;
            case SwitchStatement choice:
                Switch(choice, depth);
                break;
            case TryStatement attempt:
                Try(attempt, depth);
                break;
            default:
                Loop(statement, depth);
                break;
        }

        return statement;
    }

    private void Loop(Statement? statement, int depth)
    {
        switch (statement)
        {
            case WhileStatement loop:
                loop.Test = Value(loop.Test, depth);
                loop.Body = Block(loop.Body, depth);
                break;
            case DoWhileStatement loop:
                loop.Test = Value(loop.Test, depth);
                loop.Body = Block(loop.Body, depth);
                break;
            case ForStatement loop:
                if (loop.Init is Statement start) Rewrite(start, depth + 1);
                else if (loop.Init is Expression first) loop.Init = Value(first, depth);
                loop.Test = Value(loop.Test, depth);
                loop.Update = Value(loop.Update, depth);
                loop.Body = Block(loop.Body, depth);
                break;
            case ForInStatement loop:
                if (loop.Left is Expression target) Visit(target, depth + 1);
                loop.Right = Value(loop.Right, depth);
                loop.Body = Block(loop.Body, depth);
                break;
        }
    }

    private void Switch(SwitchStatement choice, int depth)
    {
        choice.Discriminant = Value(choice.Discriminant, depth);
        choice.Cases = [.. choice.Cases ?? []];
        foreach (SwitchCase one in choice.Cases)
        {
            one.Test = Value(one.Test, depth);
            one.Consequent = List(one.Consequent, depth);
        }
    }

    private void Try(TryStatement attempt, int depth)
    {
        attempt.Block = Rewrite(attempt.Block, depth + 1);
        attempt.Handlers = [.. attempt.Handlers];
        foreach (CatchClause clause in attempt.Handlers) Rewrite(clause.Body, depth + 1);
        attempt.Finalizer = Rewrite(attempt.Finalizer, depth + 1);
    }

    private VariableDeclarator Declarator(VariableDeclarator variable, int depth)
    {
        variable.Init = Value(variable.Init, depth);
        return variable;
    }

    private void Function(FunctionDeclaration function)
    {
        if (!_functions.Add(function)) return;
        foreach (FunctionDeclaration inner in function.FunctionDeclarations) Function(inner);
        function.Body = Rewrite(function.Body, 0);
    }

    private void Function(FunctionExpression function)
    {
        if (!_functions.Add(function)) return;
        foreach (FunctionDeclaration inner in function.FunctionDeclarations) Function(inner);
        function.Body = Rewrite(function.Body, 0);
    }

    private Expression[] Values(IEnumerable<Expression> all, int depth) => [.. all.Select(one => Value(one, depth)!)];

    /// <summary>An expression of which only the value counts: may get a guard.</summary>
    private Expression? Value(Expression? expression, int depth)
    {
        if (expression is null) return null;
        Expression rewritten = expression is NewExpression made ? New(made, depth) : expression;
        if (rewritten == expression) Visit(expression, depth + 1);
        if ((depth + 1) % LevelsPerGuard != 0 || expression is Literal or Identifier) return rewritten;
        return new SequenceExpression
        {
            Type = SyntaxNodes.SequenceExpression, Location = expression.Location, Range = expression.Range,
            Expressions = new GuardedExpression(meter, rewritten),
        };
    }

    private CallExpression New(NewExpression made, int depth) => new()
    {
        Type = SyntaxNodes.CallExpression, Location = made.Location, Range = made.Range,
        Callee = new Identifier { Type = SyntaxNodes.Identifier, Location = made.Location, Range = made.Range, Name = Construct },
        Arguments = Values([made.Callee, .. made.Arguments], depth + 1),
    };

    /// <summary>Rewrites what is below an expression, which itself stays what it is: a target, a callee, an operand of delete.</summary>
    private void Visit(Expression expression, int depth)
    {
        switch (expression)
        {
            case AssignmentExpression assignment:
                Visit(assignment.Left, depth);
                assignment.Right = Value(assignment.Right, depth);
                break;
            case BinaryExpression binary:
                binary.Left = Value(binary.Left, depth);
                binary.Right = Value(binary.Right, depth);
                break;
            case LogicalExpression logical:
                logical.Left = Value(logical.Left, depth);
                logical.Right = Value(logical.Right, depth);
                break;
            case ConditionalExpression conditional:
                conditional.Test = Value(conditional.Test, depth);
                conditional.Consequent = Value(conditional.Consequent, depth);
                conditional.Alternate = Value(conditional.Alternate, depth);
                break;
            case CallExpression call:
                if (call.Callee is MemberExpression or Identifier) Visit(call.Callee, depth);
                else call.Callee = Value(call.Callee, depth);
                call.Arguments = Values(call.Arguments, depth);
                break;
            case MemberExpression member:
                member.Object = Value(member.Object, depth);
                if (member.Computed) member.Property = Value(member.Property, depth);
                break;
            case UnaryExpression unary:
                if (unary.Argument is MemberExpression or Identifier) Visit(unary.Argument, depth);
                else unary.Argument = Value(unary.Argument, depth);
                break;
            case SequenceExpression sequence:
                sequence.Expressions = Values(sequence.Expressions, depth);
                break;
            case ArrayExpression array:
                array.Elements = [.. array.Elements.Select(one => Value(one, depth))];
                break;
            case ObjectExpression made:
                made.Properties = [.. made.Properties];
                foreach (Property property in made.Properties) property.Value = Value(property.Value, depth);
                break;
            case FunctionExpression function:
                Function(function);
                break;
        }
    }
}
