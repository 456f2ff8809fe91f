using System.Collections;
using Jint.Parser.Ast;
using ModularKv.JavaScript.Running;

namespace ModularKv.JavaScript.Engine;

/// <summary>
/// Statements that tell the meter when they run. The interpreter asks for an enumerator when it enters them and moves it before each:
/// the only places at which this version can be interrupted and go on.
/// </summary>
internal sealed class GuardedStatements(Meter meter, IEnumerable<Statement> all) : ICollection<Statement>
{
    private readonly Statement[] _all = [.. all];

    /// <inheritdoc/>
    public int Count => _all.Length;

    /// <inheritdoc/>
    public bool IsReadOnly => true;

    /// <inheritdoc/>
    public IEnumerator<Statement> GetEnumerator()
    {
        meter.Descend();
        return new Walk(meter, _all);
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public void Add(Statement item) => throw new NotSupportedException();

    /// <inheritdoc/>
    public void Clear() => throw new NotSupportedException();

    /// <inheritdoc/>
    public bool Contains(Statement item) => Array.IndexOf(_all, item) >= 0;

    /// <inheritdoc/>
    public void CopyTo(Statement[] array, int arrayIndex) => _all.CopyTo(array, arrayIndex);

    /// <inheritdoc/>
    public bool Remove(Statement item) => throw new NotSupportedException();

    private sealed class Walk(Meter meter, Statement[] all) : IEnumerator<Statement>
    {
        private int _at = -1;

        public Statement Current => all[_at];

        object IEnumerator.Current => Current;

        public bool MoveNext()
        {
            if (++_at >= all.Length) return false;
            meter.Tick();
            return true;
        }

        public void Reset() => _at = -1;

        public void Dispose()
        {
        }
    }
}

/// <summary>One expression that tells the meter when it is evaluated: put every few levels into deep ones, for the stack's sake.</summary>
internal sealed class GuardedExpression(Meter meter, Expression only) : IList<Expression>
{
    /// <inheritdoc/>
    public int Count => 1;

    /// <inheritdoc/>
    public bool IsReadOnly => true;

    /// <inheritdoc/>
    public Expression this[int index]
    {
        get => index == 0 ? only : throw new ArgumentOutOfRangeException(nameof(index));
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public IEnumerator<Expression> GetEnumerator()
    {
        meter.Descend();
        return ((IEnumerable<Expression>)[only]).GetEnumerator();
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public int IndexOf(Expression item) => item == only ? 0 : -1;

    /// <inheritdoc/>
    public bool Contains(Expression item) => item == only;

    /// <inheritdoc/>
    public void CopyTo(Expression[] array, int arrayIndex) => array[arrayIndex] = only;

    /// <inheritdoc/>
    public void Insert(int index, Expression item) => throw new NotSupportedException();

    /// <inheritdoc/>
    public void RemoveAt(int index) => throw new NotSupportedException();

    /// <inheritdoc/>
    public void Add(Expression item) => throw new NotSupportedException();

    /// <inheritdoc/>
    public void Clear() => throw new NotSupportedException();

    /// <inheritdoc/>
    public bool Remove(Expression item) => throw new NotSupportedException();
}
