using System.Collections;
using System.Data.Common;

namespace Pipelines.Io.Tests;

/// <summary>A database reader over arrays. The reader of a DataTable turns -0 into 0.</summary>
/// <param name="table">The rows.</param>
internal sealed class ArrayReader(TestTable table) : DbDataReader
{
    private readonly (string Name, Array Values)[] columns = [.. table.Columns.Select(c => (c.Name, c.Values))];
    private int row = -1;

    public override int FieldCount => columns.Length;

    public override bool HasRows => table.Rows > 0;

    public override bool IsClosed => false;

    public override int RecordsAffected => -1;

    public override int Depth => 0;

    public override object this[int ordinal] => GetValue(ordinal);

    public override object this[string name] => GetValue(GetOrdinal(name));

    public override bool Read() => ++row < table.Rows;

    public override bool NextResult() => false;

    public override Type GetFieldType(int ordinal) =>
        columns[ordinal].Values.GetType().GetElementType() is { } type && Nullable.GetUnderlyingType(type) is { } inner ? inner
            : columns[ordinal].Values.GetType().GetElementType()!;

    public override string GetName(int ordinal) => columns[ordinal].Name;

    public override int GetOrdinal(string name) => Array.FindIndex(columns, c => c.Name == name);

    public override object GetValue(int ordinal) => columns[ordinal].Values.GetValue(row) ?? DBNull.Value;

    public override bool IsDBNull(int ordinal) => GetValue(ordinal) is DBNull;

    public override string GetDataTypeName(int ordinal) => GetFieldType(ordinal).Name;

    public override IEnumerator GetEnumerator() => throw new NotSupportedException();

    public override int GetValues(object[] values) => throw new NotSupportedException();

    public override long GetBytes(int ordinal, long dataOffset, byte[]? buffer, int bufferOffset, int length) => throw new NotSupportedException();

    public override long GetChars(int ordinal, long dataOffset, char[]? buffer, int bufferOffset, int length) => throw new NotSupportedException();

    public override bool GetBoolean(int ordinal) => (bool)GetValue(ordinal);

    public override byte GetByte(int ordinal) => (byte)GetValue(ordinal);

    public override char GetChar(int ordinal) => (char)GetValue(ordinal);

    public override DateTime GetDateTime(int ordinal) => (DateTime)GetValue(ordinal);

    public override decimal GetDecimal(int ordinal) => (decimal)GetValue(ordinal);

    public override double GetDouble(int ordinal) => (double)GetValue(ordinal);

    public override float GetFloat(int ordinal) => (float)GetValue(ordinal);

    public override Guid GetGuid(int ordinal) => (Guid)GetValue(ordinal);

    public override short GetInt16(int ordinal) => (short)GetValue(ordinal);

    public override int GetInt32(int ordinal) => (int)GetValue(ordinal);

    public override long GetInt64(int ordinal) => (long)GetValue(ordinal);

    public override string GetString(int ordinal) => (string)GetValue(ordinal);
}
