package soma.cuda.emulator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

import soma.cuda.driver.Arguments;
import soma.cuda.driver.Driver;
import soma.cuda.driver.Geometry;

import java.util.Arrays;
import java.util.function.IntBinaryOperator;

/** Loads, stores and atomics of every width and space. */
class MemoryOpcodesTest {
    /** Runs one thread, with an address at p0 in %d0 and another at p1 in %d1. */
    private static int[] one(String body, int words, int... input) {
        try (KernelRun run = new KernelRun()) {
            long from = run.buffer(input);
            long to = run.empty(words);
            run.run(
                    Geometry.of(1, 1),
                    "ld.param.u64 %d0, [p0];\nld.param.u64 %d1, [p1];\n" + body + "\nret;",
                    new Arguments().address(from).address(to));
            return run.ints(to, words);
        }
    }

    @Test
    void narrowValuesAreExtended() {
        assertArrayEquals(
                new int[] {0x84, -124, 0x8384, -31868, 0x81828384},
                one(
                        """
                        ld.global.u8 %r0, [%d0];
                        ld.global.s8 %r1, [%d0];
                        ld.global.u16 %r2, [%d0];
                        ld.global.s16 %r3, [%d0];
                        ld.global.b32 %r4, [%d0];
                        st.global.v4.u32 [%d1], {%r0, %r1, %r2, %r3};
                        st.global.u32 [%d1+16], %r4;
                        """,
                        5, 0x81828384));
    }

    @Test
    void narrowValuesAreStoredAlone() {
        assertArrayEquals(
                new int[] {0x44443322},
                one(
                        """
                        ld.global.u32 %r0, [%d0];
                        st.global.u32 [%d1], 0;
                        st.global.u8 [%d1], 0x122;
                        st.global.u8 [%d1+1], 0x33;
                        st.global.u16 [%d1+2], %r0;
                        """,
                        1, 0x54444));
    }

    @Test
    void vectorsOfEveryWidth() {
        assertArrayEquals(
                new int[] {2, 1, 3, 4, 8, 7, 6, 5},
                one(
                        """
                        ld.global.v2.b32 {%r0, %r1}, [%d0];
                        st.global.v2.b32 [%d1], {%r1, %r0};
                        ld.global.nc.b64 %d2, [%d0+8];
                        st.global.b64 [%d1+8], %d2;
                        ld.global.v4.f32 {%f0, %f1, %f2, %f3}, [%d0+16];
                        st.global.v4.f32 [%d1+16], {%f3, %f2, %f1, %f0};
                        """,
                        8, 1, 2, 3, 4, 5, 6, 7, 8));
        assertArrayEquals(
                new int[] {3, 4, 1, 2},
                one(
                        """
                        ld.global.v2.u64 {%d2, %d3}, [%d0];
                        st.global.v2.u64 [%d1], {%d3, %d2};
                        """,
                        4, 1, 2, 3, 4));
    }

    @Test
    void threadsHaveLocalArraysOfTheirOwn() {
        String body =
                """
                .local .align 4 .b32 mine[4];
                mov.u32 %r0, %tid.x;
                mov.u64 %d1, mine;
                st.local.u32 [%d1+8], %r0;
                bar.sync 0;
                ld.local.u32 %r1, [mine+8];
                ld.param.u64 %d0, [p0];
                mad.wide.u32 %d0, %r0, 4, %d0;
                st.global.u32 [%d0], %r1;
                ret;
                """;
        try (KernelRun run = new KernelRun()) {
            long out = run.empty(40);
            run.run(Geometry.of(1, 40), body, new Arguments().address(out));
            int[] values = run.ints(out, 40);
            assertEquals(39, values[39]);
            assertEquals(7, values[7]);
        }
    }

    @Test
    void constantsAndDynamicSharedMemory() {
        String ptx =
                """
                .version 7.0
                .target sm_70
                .address_size 64
                .const .align 4 .f32 table[3] = {0f3F800000, 2.5, -4};
                .const .align 8 .u64 wide = 0x100000002;
                .extern .shared .align 16 .b8 scratch[];
                .visible .entry k(.param .u64 out)
                {
                    .reg .b32 %r<4>;
                    .reg .b64 %d<4>;
                    .shared .align 4 .b32 fixed[2];
                    ld.param.u64 %d0, [out];
                    ld.const.b32 %r0, [table+4];
                    mov.u32 %r1, scratch;
                    st.shared.b32 [%r1+12], %r0;
                    st.shared.b32 [fixed+4], 6;
                    ld.shared.b32 %r2, [%r1+12];
                    ld.shared.b32 %r3, [fixed+4];
                    ld.const.u64 %d1, [wide];
                    st.global.v2.b32 [%d0], {%r2, %r3};
                    st.global.u64 [%d0+8], %d1;
                    ret;
                }
                """;
        try (KernelRun run = new KernelRun()) {
            long out = run.empty(4);
            Driver driver = run.driver();
            driver.launch(
                    driver.load("test.ptx", ptx).kernel("k"),
                    Geometry.of(1, 1).shared(16),
                    new Arguments().address(out));
            assertArrayEquals(new int[] {Float.floatToRawIntBits(2.5f), 6, 2, 1}, run.ints(out, 4));
        }
    }

    @Test
    void atomics() {
        atomic("add.u32", Integer::sum, 1, 2, -3, 96);
        atomic("add.s32", Integer::sum, 1, 2, -3, 96);
        atomic("min.s32", Math::min, 1, 2, -3, 4);
        atomic("max.s32", Math::max, 1, 2, -3, 4);
        atomic("min.u32", (x, y) -> Integer.compareUnsigned(x, y) < 0 ? x : y, 1, 2, -3, 4);
        atomic("max.u32", (x, y) -> Integer.compareUnsigned(x, y) < 0 ? y : x, 1, 2, -3, 4);
        atomic("and.b32", (x, y) -> x & y, 7, 6, 14, 15);
        atomic("or.b32", (x, y) -> x | y, 1, 2, 8, 64);
        atomic("xor.b32", (x, y) -> x ^ y, 1, 2, -3, 4);
        atomic("exch.b32", (_, y) -> y, 9, 9, 9, 9);
        atomic("inc.u32", (x, y) -> x >= y ? 0 : x + 1, 6, 6, 6, 6);
    }

    /** Four threads bring a number each to one word, which holds 5 at first. */
    private static void atomic(String operation, IntBinaryOperator f, int... brings) {
        int expected = Arrays.stream(brings).reduce(5, f);
        String body =
                """
                .shared .align 4 .b32 cell;
                ld.param.u64 %%d0, [p0];
                ld.param.u64 %%d1, [p1];
                mov.u32 %%r0, %%tid.x;
                mad.wide.u32 %%d1, %%r0, 4, %%d1;
                ld.global.b32 %%r1, [%%d1];
                setp.ne.u32 %%p0, %%r0, 0;
                @!%%p0 st.shared.b32 [cell], 5;
                bar.sync 0;
                atom.global.%1$s %%r3, [%%d0], %%r1;
                atom.shared.%1$s %%r3, [cell], %%r1;
                bar.sync 0;
                ld.shared.b32 %%r4, [cell];
                @!%%p0 st.global.b32 [%%d0+4], %%r4;
                ret;
                """
                        .formatted(operation);
        try (KernelRun run = new KernelRun()) {
            long cell = run.buffer(5, 0);
            run.run(
                    Geometry.of(1, 4),
                    body,
                    new Arguments().address(cell).address(run.buffer(brings)));
            assertArrayEquals(new int[] {expected, expected}, run.ints(cell, 2), operation);
        }
    }

    @Test
    void atomicsOfOtherWidths() {
        assertArrayEquals(
                new int[] {2, 5, Float.floatToRawIntBits(3.5f), 77},
                one(
                        """
                        st.global.u64 [%d1], 0x3ffffffff;
                        atom.global.add.u64 %d2, [%d1], 0x100000003;
                        st.global.f32 [%d1+8], 0f40000000;
                        red.global.add.f32 [%d1+8], 0f3FC00000;
                        st.global.u32 [%d1+12], 7;
                        atom.global.cas.b32 %r0, [%d1+12], 7, 77;
                        atom.global.cas.b32 %r0, [%d1+12], 7, 99;
                        """,
                        4));
    }
}
