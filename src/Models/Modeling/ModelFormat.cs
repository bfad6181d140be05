using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Security.Cryptography;
using System.Text.Json;

namespace Pipelines.Models.Serialization;

/// <summary>
/// The models and families that files and command lines can name. Built-in ones register themselves when the library is loaded, without reflection; add
/// your own with <see cref="RegisterFamily"/>, <see cref="RegisterModel"/> or <see cref="Register"/>. A file can only choose among registered names: type
/// names from a file are never looked up.
/// </summary>
public static class ModelFormat
{
    private static readonly ConcurrentDictionary<string, Func<JsonElement, Model>> readers = new(StringComparer.Ordinal);
    private static readonly ConcurrentDictionary<string, DistributionFamily> families = new(StringComparer.Ordinal);
    private static readonly ConcurrentDictionary<Type, string> names = new();
    private static readonly ConcurrentDictionary<string, string> aliases = new(StringComparer.Ordinal);
    private static readonly Lock gate = new();

    // The type behind each name and alias. Guarded by gate.
    private static readonly Dictionary<string, Type> owners = new(StringComparer.Ordinal);

    /// <summary>The families of distributions, by name.</summary>
    public static IReadOnlyList<DistributionFamily> Families => [.. families.Values.OrderBy(f => f.Name, StringComparer.Ordinal)];

    /// <summary>The known models and families, by their names in files.</summary>
    internal static IEnumerable<string> Names => readers.Keys.Order(StringComparer.Ordinal);

    /// <summary>The name of a model type in files; null if it is not known.</summary>
    internal static string? NameOf(Type type) => names.GetValueOrDefault(type);

    /// <summary>Registers an assembly's models and families under their names. Registering it again changes nothing.</summary>
    /// <param name="assembly">The assembly.</param>
    /// <exception cref="ModelException">A name or an alias already belongs to another type. Nothing in the assembly is registered then.</exception>
    [RequiresUnreferencedCode("Trimming may remove the assembly's models; register each with RegisterFamily or RegisterModel.")]
    [RequiresDynamicCode("Finds models by reflection; register each with RegisterFamily or RegisterModel.")]
    public static void Register(Assembly assembly)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        var entries = new List<Entry>();
        // A generic class has no name until its arguments are known.
        foreach (var type in assembly.GetTypes()
            .Where(t => t is { IsClass: true, IsAbstract: false, ContainsGenericParameters: false } && typeof(Model).IsAssignableFrom(t)))
        {
            foreach (var contract in type.GetInterfaces().Where(i => i.IsGenericType))
            {
                if (contract.GetGenericTypeDefinition() == typeof(IDistributionFamily<>)) entries.Add(Call(nameof(FamilyOf), type));
                else if (contract.GetGenericTypeDefinition() == typeof(IModelFormat<>)) entries.Add(Call(nameof(ModelOf), type));
            }
        }
        RegisterAll(entries);

        static Entry Call(string method, Type type) => (Entry)typeof(ModelFormat).GetMethod(method, BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(type).Invoke(null, BindingFlags.DoNotWrapExceptions, null, null, null)!;
    }

    private static void RegisterAll(List<Entry> entries)
    {
        lock (gate)
        {
            var taken = new Dictionary<string, Type>(owners, StringComparer.Ordinal);
            foreach (var (type, name) in entries.SelectMany(e => e.AllNames, (e, name) => (e.Type, name)))
            {
                if (!taken.TryAdd(name, type) && taken[name] != type)
                    throw new ModelException(ErrorKind.Usage, $"registration of {type}", $"the name '{name}', which belongs to {taken[name]}",
                        "a name that no other type has", "give the type another name or alias");
            }
            foreach (var (name, type) in taken) owners[name] = type;
            foreach (var entry in entries) Add(entry);
        }
    }

    /// <summary>Registers a family of distributions under its name and aliases. Registering it again changes nothing.</summary>
    /// <typeparam name="T">The family.</typeparam>
    /// <exception cref="ModelException">A name or an alias already belongs to another type.</exception>
    public static void RegisterFamily<T>()
        where T : Distribution, IDistributionFamily<T> => RegisterAll([FamilyOf<T>()]);

    /// <summary>Registers a model that is not a family of distributions under its name and aliases. Registering it again changes nothing.</summary>
    /// <typeparam name="T">The model.</typeparam>
    /// <exception cref="ModelException">A name already belongs to another type.</exception>
    public static void RegisterModel<T>()
        where T : Model, IModelFormat<T> => RegisterAll([ModelOf<T>()]);

    /// <summary>
    /// The family with that name or alias, with an argument in brackets if the family takes one (<c>student-t(3)</c>); null if there is none.
    /// </summary>
    public static DistributionFamily? FindFamily(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.IndexOf('(', StringComparison.Ordinal) is > 0 and var open && name.EndsWith(')'))
            return FindFamily(name[..open])?.With(name[(open + 1)..^1].Trim());
        return families.GetValueOrDefault(aliases.GetValueOrDefault(name, name));
    }

    /// <summary>The family with that name.</summary>
    /// <exception cref="ModelException">There is no such family.</exception>
    public static DistributionFamily Family(string name) => FindFamily(name)
        ?? throw new ModelException(ErrorKind.Usage, "distribution", $"'{name}'", "the name of a distribution",
            NearestName.Remedy(name, Families.Select(f => f.Name), "correct the name"));

    /// <summary>Writes a model as a JSON object: its type, then its parameters.</summary>
    public static void Write(Utf8JsonWriter writer, Model model)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(model);
        writer.WriteStartObject();
        writer.WriteString("type", model.FormatName);
        if (model is ProbabilityModel { IsFrozen: true }) writer.WriteBoolean("frozen", true);
        model.WriteParameters(writer);
        writer.WriteEndObject();
    }

    /// <summary>SHA-256 of a model's parameters, lower-case hexadecimal.</summary>
    /// <param name="model">The model.</param>
    public static string Fingerprint(Model model)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream)) Write(writer, model);
        return Convert.ToHexStringLower(SHA256.HashData(stream.GetBuffer().AsSpan(0, (int)stream.Length)));
    }

    /// <summary>Reads a model that <see cref="Write"/> wrote.</summary>
    public static Model Read(JsonElement json)
    {
        var name = json.Required("type").GetString() ?? "null";
        if (!readers.TryGetValue(aliases.GetValueOrDefault(name, name), out var read))
            throw new ModelException(ErrorKind.ModelFile, "property 'type'", JsonHelpers.Quote(name), "a model that this version of Pipelines knows",
                "use the version of Pipelines that wrote the file, or register the model's assembly (ModelFormat.Register)");
        try
        {
            var model = read(json);
            return json.TryGetProperty("frozen", out var frozen) && frozen.ValueKind == JsonValueKind.True && model is ProbabilityModel d ? d.Freeze() : model;
        }
        catch (ModelException e) when (e.Kind != ErrorKind.ModelFile)
        {
            throw new ModelException(ErrorKind.ModelFile, $"{name} model, {e.Place}", e.Found, e.Expected,
                "the file is damaged or was edited; save the model again", e.InnerException);
        }
    }

    /// <summary>Reads a model that must be a distribution.</summary>
    public static Distribution ReadDistribution(JsonElement json) =>
        Read(json) as Distribution ?? throw JsonHelpers.Bad("property 'type'", JsonHelpers.Quote(json.Required("type").ToString()), "a distribution");

    /// <summary>Reads a model that must give log-probabilities to items.</summary>
    internal static ProbabilityModel ReadProbabilityModel(JsonElement json) =>
        Read(json) as ProbabilityModel ?? throw JsonHelpers.Bad("property 'type'", JsonHelpers.Quote(json.Required("type").ToString()), "a probability model");

    private static void Add(Entry entry)
    {
        if (entry.Family is not null) families[entry.Name] = entry.Family;
        readers[entry.Name] = entry.Read;
        names[entry.Type] = entry.Name;
        foreach (var alias in entry.Aliases) aliases[alias] = entry.Name;
    }

    private static Entry FamilyOf<T>()
        where T : Distribution, IDistributionFamily<T> => new(typeof(T), T.FamilyName, [.. T.Aliases], T.ReadParameters, DistributionFamily.Of<T>());

    private static Entry ModelOf<T>()
        where T : Model, IModelFormat<T> => new(typeof(T), T.Name, [.. T.Aliases], T.ReadParameters, null);

    /// <summary>A type that files can name.</summary>
    private sealed record Entry(Type Type, string Name, string[] Aliases, Func<JsonElement, Model> Read, DistributionFamily? Family)
    {
        public IEnumerable<string> AllNames => [Name, .. Aliases];
    }
}
