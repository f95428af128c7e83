package soma.maskrcnn.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import soma.maskrcnn.config.InputConfig.Crop;
import soma.maskrcnn.config.InputConfig.CropType;
import soma.maskrcnn.config.InputConfig.Flip;
import soma.maskrcnn.config.InputConfig.Sampling;
import soma.tensor.SomaException;

import java.util.List;

class InputConfigTest {
    private static InputConfig input(String... overrides) {
        return InputConfig.from(Config.load("mask_rcnn_R_50_FPN_3x", List.of(overrides)));
    }

    @Test
    void readsEveryField() {
        InputConfig input =
                input(
                        "INPUT.MIN_SIZE_TRAIN=(480, 640)",
                        "INPUT.MIN_SIZE_TRAIN_SAMPLING=range",
                        "INPUT.RANDOM_FLIP=vertical",
                        "INPUT.CROP.ENABLED=True",
                        "INPUT.CROP.TYPE=absolute_range",
                        "INPUT.CROP.SIZE=[256, 384]",
                        "INPUT.FORMAT=RGB");
        assertEquals(List.of(480, 640), input.minSizeTrain());
        assertEquals(Sampling.RANGE, input.minSizeTrainSampling());
        assertEquals(1333, input.maxSizeTrain());
        assertEquals(Flip.VERTICAL, input.randomFlip());
        assertEquals(new Crop(true, CropType.ABSOLUTE_RANGE, 256, 384), input.crop());
        assertEquals(InputConfig.ChannelOrder.RGB, input.format());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "INPUT.CROP.TYPE=relative | INPUT.CROP.SIZE=[0, 1]",
                "INPUT.CROP.TYPE=relative_range | INPUT.CROP.SIZE=[0.5, 1.5]",
                "INPUT.CROP.TYPE=absolute | INPUT.CROP.SIZE=[0.5, 1]",
                "INPUT.CROP.TYPE=absolute_range | INPUT.CROP.SIZE=[300, 200]",
                "INPUT.MIN_SIZE_TRAIN_SAMPLING=range | INPUT.MIN_SIZE_TRAIN=[1]",
                "INPUT.MIN_SIZE_TRAIN_SAMPLING=range | INPUT.MIN_SIZE_TRAIN=[3, 2]",
                "INPUT.MIN_SIZE_TRAIN_SAMPLING=choice | INPUT.MIN_SIZE_TRAIN=[]",
            })
    void namesTheKeyThatIsWrong(String first, String second) {
        SomaException e =
                assertThrows(
                        SomaException.class, () -> input("INPUT.CROP.ENABLED=True", first, second));
        String key = second.substring(0, second.indexOf('='));
        assertTrue(
                e.getMessage().startsWith("command line: " + key + ": expected "), e.getMessage());
    }
}
