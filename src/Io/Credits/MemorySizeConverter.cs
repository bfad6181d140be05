using System.ComponentModel;
using System.Globalization;

namespace Pipelines;

/// <summary>
/// Lets configuration set a <see cref="MemorySize"/> as text. Without it, configuration binders see a structure without properties and ignore the value.
/// </summary>
internal sealed class MemorySizeConverter : TypeConverter
{
    public override bool CanConvertFrom(ITypeDescriptorContext? context, Type sourceType) =>
        sourceType == typeof(string) || base.CanConvertFrom(context, sourceType);

    public override object? ConvertFrom(ITypeDescriptorContext? context, CultureInfo? culture, object value) =>
        value is string text ? MemorySize.Parse(text) : base.ConvertFrom(context, culture, value);

    /// <remarks>In bytes, because the readable form is rounded.</remarks>
    public override object? ConvertTo(ITypeDescriptorContext? context, CultureInfo? culture, object? value, Type destinationType) =>
        value is MemorySize size && destinationType == typeof(string)
            ? string.Create(CultureInfo.InvariantCulture, $"{size.Bytes}B")
            : base.ConvertTo(context, culture, value, destinationType);
}
