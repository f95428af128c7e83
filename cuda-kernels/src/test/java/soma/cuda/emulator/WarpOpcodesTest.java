package soma.cuda.emulator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import static soma.cuda.emulator.InstructionRun.check;

import org.junit.jupiter.api.Test;

import soma.cuda.driver.Arguments;
import soma.cuda.driver.Geometry;

import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/** Lanes that see each other, lanes that part and meet again, and where a thread is. */
class WarpOpcodesTest {
    private static final int[] VALUES = IntStream.range(0, 32).map(i -> 100 + i).toArray();

    private static void lanes(String text, IntUnaryOperator expected) {
        check(text, IntStream.range(0, 32).map(expected).toArray(), VALUES);
    }

    @Test
    void shuffles() {
        String all = ", 0xffffffff; selp.b32 %r20, 1000, 0, %p0; add.u32 D, D, %r20;";
        lanes("shfl.sync.down.b32 D|%p0, A, 3, 31" + all, i -> i + 3 < 32 ? 1103 + i : 100 + i);
        lanes("shfl.sync.up.b32 D|%p0, A, 5, 0" + all, i -> i >= 5 ? 1095 + i : 100 + i);
        lanes("shfl.sync.bfly.b32 D|%p0, A, 16, 31" + all, i -> 1100 + (i ^ 16));
        lanes("shfl.sync.idx.b32 D|%p0, A, 7, 31" + all, _ -> 1107);
    }

    @Test
    void shufflesInSegments() {
        // Segments of 8 lanes: bits 8 to 12 of the clamp are the segment's mask.
        String all = ", 0xffffffff;";
        lanes("shfl.sync.down.b32 D, A, 3, 0x181f" + all, i -> i % 8 < 5 ? 103 + i : 100 + i);
        lanes("shfl.sync.up.b32 D, A, 3, 0x1800" + all, i -> i % 8 >= 3 ? 97 + i : 100 + i);
        lanes("shfl.sync.idx.b32 D, A, 2, 0x181f" + all, i -> 102 + i / 8 * 8);
    }

    @Test
    void votes() {
        String odd = "and.b32 %r20, A, 1; setp.ne.u32 %p0, %r20, 0;";
        String end = "selp.b32 D, 1, 0, %p1;";
        lanes(odd + "vote.sync.ballot.b32 D, %p0, 0xffffffff;", _ -> 0xaaaaaaaa);
        lanes(odd + "vote.sync.ballot.b32 D, !%p0, 0xffffffff;", _ -> 0x55555555);
        lanes(odd + "vote.sync.any.pred %p1, %p0, 0xffffffff;" + end, _ -> 1);
        lanes(odd + "vote.sync.all.pred %p1, %p0, 0xffffffff;" + end, _ -> 0);
        lanes(odd + "vote.sync.uni.pred %p1, %p0, 0xffffffff;" + end, _ -> 0);
    }

    @Test
    void lanesThatPartMeetAgain() {
        // Each lane runs its loop as often as its number says; behind it, all are together.
        lanes(
                """
                sub.u32 %r20, A, 100;
                mov.u32 D, 0;
                setp.eq.u32 %p0, %r20, 0;
                @%p0 bra DONE;
                LOOP:
                add.u32 D, D, %r20;
                sub.u32 %r20, %r20, 1;
                setp.ne.u32 %p0, %r20, 0;
                @%p0 bra LOOP;
                DONE:
                activemask.b32 %r21;
                popc.b32 %r21, %r21;
                mad.lo.u32 D, %r21, 1000, D;
                """,
                i -> 32_000 + i * (i + 1) / 2);
    }

    @Test
    void branchesInBranches() {
        lanes(
                """
                and.b32 %r20, A, 3;
                setp.lt.u32 %p0, %r20, 2;
                @%p0 bra LOW;
                setp.eq.u32 %p1, %r20, 2;
                @%p1 bra TWO;
                mov.u32 D, 3;
                bra END;
                TWO:
                mov.u32 D, 2;
                bra END;
                LOW:
                activemask.b32 D;
                END:
                shfl.sync.idx.b32 %r21, D, 3, 31, 0xffffffff;
                add.u32 D, D, %r21;
                """,
                i -> 3 + (i % 4 < 2 ? 0x33333333 : i % 4));
    }

    @Test
    void aThreadKnowsItsPlace() {
        String[] names = {
            "%tid.x",
            "%tid.y",
            "%tid.z",
            "%ntid.x",
            "%ntid.y",
            "%ntid.z",
            "%ctaid.x",
            "%ctaid.y",
            "%ctaid.z",
            "%nctaid.x",
            "%nctaid.y",
            "%nctaid.z",
            "%laneid",
            "%warpid"
        };
        StringBuilder body = new StringBuilder("mov.u32 %r0, %tid.z;\n");
        body.append("mad.lo.u32 %r0, %r0, %ntid.y, %tid.y;\n");
        body.append("mad.lo.u32 %r0, %r0, %ntid.x, %tid.x;\n");
        body.append("mov.u32 %r1, %ctaid.z;\nmad.lo.u32 %r1, %r1, %nctaid.y, %ctaid.y;\n");
        body.append("mad.lo.u32 %r1, %r1, %nctaid.x, %ctaid.x;\n");
        body.append("mad.lo.u32 %r0, %r1, 42, %r0;\nld.param.u64 %d0, [p0];\n");
        body.append("mad.wide.u32 %d0, %r0, ").append(4 * names.length).append(", %d0;\n");
        for (int i = 0; i < names.length; i++) {
            body.append("mov.u32 %r2, ").append(names[i]).append(";\nst.global.u32 [%d0+");
            body.append(4 * i).append("], %r2;\n");
        }
        int threads = 7 * 3 * 2;
        int blocks = 2 * 3 * 2;
        int[] expected = new int[threads * blocks * names.length];
        int at = 0;
        for (int b = 0; b < blocks; b++) {
            for (int t = 0; t < threads; t++) {
                int[] values = {
                    t % 7, t / 7 % 3, t / 21, 7, 3, 2, b % 2, b / 2 % 3, b / 6, 2, 3, 2, t % 32,
                    t / 32
                };
                for (int value : values) {
                    expected[at++] = value;
                }
            }
        }
        try (KernelRun run = new KernelRun()) {
            long out = run.empty(expected.length);
            run.run(
                    new Geometry(2, 3, 2, 7, 3, 2, 0),
                    body.append("ret;").toString(),
                    new Arguments().address(out));
            assertArrayEquals(expected, run.ints(out, expected.length));
        }
    }
}
