namespace Pipelines.Io.Tests;

public class RecyclerTests
{
    [Fact]
    public void A_block_gives_its_arrays_back_after_its_last_reader_only()
    {
        var recycler = new ArrayRecycler();
        var values = new double[10];
        var lease = new BlockLease([new ColumnBlock<double>(values, null, default, null)], recycler);
        var credits = 0;
        lease.Add();
        lease.Add();
        lease.Release();
        new LeasedCredit(new Counter(() => credits++), lease).Release();
        Assert.Equal(1, credits);
        Assert.NotSame(values, recycler.Rent<double>(10));
        lease.Release();
        Assert.Same(values, recycler.Rent<double>(7));
        Assert.NotSame(values, recycler.Rent<double>(7));
    }

    [Fact]
    public void Arrays_that_are_too_short_or_hold_references_are_not_given_out()
    {
        var recycler = new ArrayRecycler();
        recycler.Return<int>(new int[3]);
        recycler.Return<string>(new string[3]);
        Assert.Equal(4, recycler.Rent<int>(4).Length);
        Assert.Null(recycler.Rent<string>(3)[0]);
    }

    private sealed class Counter(Action count) : IBatchCredit
    {
        public void Release() => count();
    }
}
