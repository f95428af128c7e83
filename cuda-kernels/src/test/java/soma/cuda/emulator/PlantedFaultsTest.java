package soma.cuda.emulator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import soma.cuda.driver.Arguments;
import soma.cuda.driver.Geometry;
import soma.tensor.DeviceException;

import java.util.stream.IntStream;

/** Faults that kernels have, put in on purpose: the emulator must find and name each. */
class PlantedFaultsTest {
    /** Each thread writes its number to shared memory and reads its neighbour's. */
    private static final String NEIGHBOUR =
            """
            .shared .b32 tile[64];
            mov.u32 %%r0, %%tid.x;
            shl.b32 %%r1, %%r0, 2;
            mov.u32 %%r2, tile;
            add.u32 %%r3, %%r2, %%r1;
            st.shared.u32 [%%r3], %%r0;
            %s
            add.u32 %%r4, %%r0, 1;
            rem.u32 %%r4, %%r4, 64;
            shl.b32 %%r4, %%r4, 2;
            add.u32 %%r4, %%r2, %%r4;
            ld.shared.u32 %%r5, [%%r4];
            ld.param.u64 %%d0, [p0];
            mad.wide.u32 %%d1, %%r0, 4, %%d0;
            st.global.u32 [%%d1], %%r5;
            ret;
            """;

    private static String faultOf(Geometry geometry, String body) {
        try (KernelRun run = new KernelRun()) {
            long out = run.empty(geometry.threads());
            return assertThrows(
                            DeviceException.class,
                            () -> run.run(geometry, body, new Arguments().address(out)))
                    .getMessage();
        }
    }

    private static void assertNames(String message, String... parts) {
        for (String part : parts) {
            assertTrue(message.contains(part), message);
        }
    }

    @Test
    void withItsBarrierTheKernelIsRight() {
        try (KernelRun run = new KernelRun()) {
            long out = run.empty(64);
            run.run(
                    Geometry.of(1, 64),
                    NEIGHBOUR.formatted("bar.sync 0;"),
                    new Arguments().address(out));
            assertArrayEquals(
                    IntStream.range(0, 64).map(i -> (i + 1) % 64).toArray(), run.ints(out, 64));
        }
    }

    @Test
    void aMissingBarrierIsFound() {
        for (int seed = 0; seed < 5; seed++) {
            String message = faultOf(Geometry.of(1, 64), NEIGHBOUR.formatted(""));
            assertTrue(message.contains("race") || message.contains("never written"), message);
            assertNames(
                    message, "kernel k", "test.ptx:", "shared memory", "block (0, 0, 0) thread");
        }
    }

    @Test
    void aStepBeyondTheEndIsFound() {
        String body =
                """
                mov.u32 %r0, %tid.x;
                ld.param.u64 %d0, [p0];
                mad.wide.u32 %d1, %r0, 4, %d0;
                st.global.u32 [%d1+4], %r0;
                ret;
                """;
        assertNames(
                faultOf(Geometry.of(1, 40), body),
                "out of bounds",
                "byte 160 of",
                "thread 39",
                "st.global.u32 [%d1+4], %r0");
    }

    @Test
    void aMisalignedAccessIsFound() {
        String body = "ld.param.u64 %d0, [p0];\nst.global.u32 [%d0+2], 1;\nret;";
        assertNames(faultOf(Geometry.of(1, 1), body), "misaligned access of 4 bytes");
    }

    @Test
    void aRaceInGlobalMemoryIsFound() {
        String body =
                """
                mov.u32 %r0, %ctaid.x;
                ld.param.u64 %d0, [p0];
                st.global.u32 [%d0], %r0;
                ret;
                """;
        assertNames(faultOf(Geometry.of(2, 1), body), "race", "written by block (");
    }

    @Test
    void aWrongMaskIsFound() {
        String body =
                """
                mov.u32 %r0, %tid.x;
                setp.lt.u32 %p0, %r0, 16;
                @%p0 shfl.sync.down.b32 %r1, %r0, 1, 31, 0xffffffff;
                ret;
                """;
        assertNames(faultOf(Geometry.of(1, 32), body), "wrong mask", "0xffff ");
    }

    @Test
    void aBarrierThatNotAllLanesReachIsFound() {
        String body =
                """
                mov.u32 %r0, %tid.x;
                setp.lt.u32 %p0, %r0, 5;
                @%p0 bra END;
                bar.sync 0;
                mov.u32 %r1, 0;
                END:
                ret;
                """;
        assertNames(faultOf(Geometry.of(1, 32), body), "barrier in divergent code");
    }

    @Test
    void aBarrierThatAWarpNeverReachesIsFound() {
        String body =
                """
                mov.u32 %r0, %tid.x;
                setp.lt.u32 %p0, %r0, 32;
                @%p0 bra END;
                bar.sync 0;
                END:
                ret;
                """;
        assertNames(faultOf(Geometry.of(1, 64), body), "deadlock", "1 warps wait at barrier 0");
    }

    @Test
    void aRegisterThatWasNeverSetIsFound() {
        String body = "ld.param.u64 %d0, [p0];\nst.global.u32 [%d0], %r7;\nret;";
        assertNames(faultOf(Geometry.of(1, 1), body), "register %r7, which was never set");
    }

    @Test
    void aRegisterSetInOneBranchAloneIsFound() {
        String body =
                """
                mov.u32 %r0, %tid.x;
                setp.lt.u32 %p0, %r0, 7;
                @%p0 mov.u32 %r1, 3;
                add.u32 %r2, %r1, 1;
                ret;
                """;
        assertNames(
                faultOf(Geometry.of(1, 32), body), "register %r1, which was never set", "thread 7");
    }

    @Test
    void memoryThatWasNeverWrittenIsFound() {
        String body = "ld.param.u64 %d0, [p0];\nld.global.u32 %r0, [%d0];\nret;";
        assertNames(faultOf(Geometry.of(1, 1), body), "never written");
    }

    @Test
    void anAsynchronousCopyThatNobodyWaitsForIsFound() {
        String body =
                """
                .shared .align 16 .b32 tile[4];
                ld.param.u64 %%d0, [p0];
                mov.u32 %%r0, tile;
                st.global.v4.u32 [%%d0], {1, 2, 3, 4};
                cp.async.ca.shared.global [%%r0], [%%d0], 16;
                cp.async.commit_group;
                %s
                ld.shared.u32 %%r1, [%%r0+4];
                st.global.u32 [%%d0], %%r1;
                ret;
                """;
        try (KernelRun run = new KernelRun()) {
            long out = run.empty(4);
            run.run(
                    Geometry.of(1, 1),
                    body.formatted("cp.async.wait_group 0;"),
                    new Arguments().address(out));
            assertArrayEquals(new int[] {2, 2, 3, 4}, run.ints(out, 4));
            String message =
                    assertThrows(
                                    DeviceException.class,
                                    () ->
                                            run.run(
                                                    Geometry.of(1, 1),
                                                    body.formatted(""),
                                                    new Arguments().address(out)))
                            .getMessage();
            assertNames(message, "never written");
        }
    }

    @Test
    void memoryThatWasGivenBackIsFound() {
        try (KernelRun run = new KernelRun()) {
            long out = run.buffer(1, 2);
            run.driver().free(out);
            String body = "ld.param.u64 %d0, [p0];\nld.global.u32 %r0, [%d0];\nret;";
            String message =
                    assertThrows(
                                    DeviceException.class,
                                    () ->
                                            run.run(
                                                    Geometry.of(1, 1),
                                                    body,
                                                    new Arguments().address(out)))
                            .getMessage();
            assertNames(message, "out of bounds");
        }
    }

    @Test
    void anOpcodeThatIsNotKnownIsNamed() {
        String message = faultOf(Geometry.of(1, 1), "sqrt.rn.u32 %r0, 4;\nret;");
        assertNames(message, "test.ptx:", "sqrt.rn.u32");
    }

    @Test
    void aLoopWithoutAnEndStops() {
        try (KernelRun run = new KernelRun()) {
            String message =
                    assertThrows(
                                    DeviceException.class,
                                    () -> run.run(Geometry.of(1, 1), "L: bra L;", new Arguments()))
                            .getMessage();
            assertNames(message, "runs without an end");
        }
    }
}
