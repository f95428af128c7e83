package soma.cuda.emulator;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import soma.cuda.driver.Arguments;
import soma.cuda.driver.Geometry;
import soma.tensor.DeviceException;

/** Races put in on purpose, and code beside them that only looks like one. */
class PlantedRacesTest {
    private static final int SEEDS = 5;

    /** Whatever the order of warps and blocks. */
    private static void assertRace(Geometry geometry, String body) {
        for (int seed = 0; seed < SEEDS; seed++) {
            int s = seed;
            String message =
                    assertThrows(DeviceException.class, () -> run(s, geometry, body)).getMessage();
            assertTrue(message.contains(": race: "), message);
        }
    }

    private static void assertFine(Geometry geometry, String body) {
        for (int seed = 0; seed < SEEDS; seed++) {
            int s = seed;
            assertDoesNotThrow(() -> run(s, geometry, body));
        }
    }

    /** With 256 words at %d0, of value 0, the thread's number in %r0 and shared words at cell. */
    private static void run(int seed, Geometry geometry, String body) {
        String head =
                """
                .shared .align 16 .b32 cell[64];
                ld.param.u64 %d0, [p0];
                mov.u32 %r0, %tid.x;
                setp.eq.u32 %p0, %r0, 0;
                """;
        try (KernelRun run = new KernelRun(Checks.FULL, seed)) {
            long words = run.buffer(new int[256]);
            run.run(geometry, head + body + "\nret;", new Arguments().address(words));
        }
    }

    @Test
    void anAtomicBesideAPlainWrite() {
        String body =
                """
                @%%p0 st.shared.u32 [cell], 7;
                %s
                setp.ge.u32 %%p1, %%r0, 32;
                @%%p1 red.shared.add.u32 [cell], 1;
                """;
        assertFine(Geometry.of(1, 64), body.formatted("bar.sync 0;"));
        for (int seed = 0; seed < SEEDS; seed++) {
            int s = seed;
            String message =
                    assertThrows(
                                    DeviceException.class,
                                    () -> run(s, Geometry.of(1, 64), body.formatted("")))
                            .getMessage();
            // Where the atomic comes first, there is nothing to add to yet.
            assertTrue(message.contains("race") || message.contains("never written"), message);
        }
    }

    @Test
    void aPlainReadBesideAtomics() {
        String body =
                """
                red.global.add.u32 [%%d0], 1;
                %s
                ld.global.u32 %%r1, [%%d0];
                """;
        assertRace(Geometry.of(1, 64), body.formatted(""));
        assertFine(Geometry.of(1, 64), body.formatted("bar.sync 0;"));
        // A barrier says nothing to other blocks.
        assertRace(Geometry.of(2, 64), body.formatted("bar.sync 0;"));
    }

    @Test
    void atomicsAmongThemselvesAreNone() {
        assertFine(
                Geometry.of(3, 64),
                "red.global.add.u32 [%d0], 1; atom.global.max.u32 %r1, [%d0], 9;");
    }

    @Test
    void aVolatileReadBesideAtomicsIsNone() {
        assertFine(
                Geometry.of(1, 64),
                "red.global.add.u32 [%d0], 1; ld.volatile.global.u32 %r1, [%d0];");
        assertRace(
                Geometry.of(1, 64),
                "@%p0 st.global.u32 [%d0], 5; @!%p0 ld.volatile.global.u32 %r1, [%d0];");
    }

    @Test
    void aWriteAfterTheReadsOfAnotherBlock() {
        // The second block has passed more barriers than the first, which orders nothing.
        String body =
                """
                mov.u32 %r1, %ctaid.x;
                setp.eq.u32 %p1, %r1, 0;
                @%p1 bra READ;
                bar.sync 0;
                @%p0 st.global.u32 [%d0], 5;
                ret;
                READ:
                ld.global.u32 %r2, [%d0];
                """;
        assertRace(Geometry.of(2, 64), body);
    }

    @Test
    void aWarpThatWritesWhatAllItsLanesRead() {
        String body =
                """
                ld.global.u32 %%r1, [%%d0];
                %s
                @%%p0 st.global.u32 [%%d0], 5;
                """;
        assertFine(Geometry.of(1, 32), body.formatted("bar.warp.sync 0xffffffff;"));
        assertRace(Geometry.of(1, 32), body.formatted(""));
        assertRace(Geometry.of(1, 64), body.formatted("bar.warp.sync 0xffffffff;"));
    }

    @Test
    void bytesOfOneWordAreApart() {
        String body =
                """
                cvt.u64.u32 %%d1, %%r0;
                add.u64 %%d1, %%d0, %%d1;
                st.global.u8 [%%d1], %%r0;
                %s
                ld.global.u32 %%r1, [%%d0];
                """;
        assertFine(Geometry.of(1, 4), body.formatted("bar.sync 0;"));
        assertRace(Geometry.of(1, 4), body.formatted(""));
    }

    @Test
    void anAsynchronousCopyIntoWhatOthersStillRead() {
        String body =
                """
                mov.u32 %%r1, cell;
                @%%p0 cp.async.ca.shared.global [%%r1], [%%d0], 16;
                cp.async.commit_group;
                cp.async.wait_group 0;
                bar.sync 0;
                ld.shared.u32 %%r2, [cell];
                %s
                @%%p0 cp.async.ca.shared.global [%%r1], [%%d0+16], 16;
                cp.async.commit_group;
                bar.sync 0;
                cp.async.wait_group 0;
                bar.sync 0;
                ld.shared.u32 %%r3, [cell];
                """;
        assertFine(Geometry.of(1, 64), body.formatted("bar.sync 0;"));
        assertRace(Geometry.of(1, 64), body.formatted(""));
    }

    @Test
    void oldDataIsGoneWhileACopyIsUnderWay() {
        String body =
                """
                mov.u32 %r1, cell;
                @%p0 st.shared.v4.u32 [%r1], {1, 2, 3, 4};
                @%p0 cp.async.ca.shared.global [%r1], [%d0], 16;
                cp.async.commit_group;
                bar.sync 0;
                ld.shared.u32 %r2, [cell];
                """;
        String message =
                assertThrows(DeviceException.class, () -> run(1, Geometry.of(1, 64), body))
                        .getMessage();
        assertTrue(message.contains("never written"), message);
    }
}
