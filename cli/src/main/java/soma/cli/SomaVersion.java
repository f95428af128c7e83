package soma.cli;

import picocli.CommandLine.IVersionProvider;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/** The version of this build, which Maven writes into {@code version.properties}. */
public final class SomaVersion implements IVersionProvider {
    @Override
    public String[] getVersion() throws IOException {
        return new String[] {"soma " + number() + " (Java " + Runtime.version() + ")"};
    }

    /** Returns the version number, such as {@code 0.1.0}. */
    public static String number() throws IOException {
        try (InputStream in = SomaVersion.class.getResourceAsStream("version.properties")) {
            Properties properties = new Properties();
            properties.load(in);
            return properties.getProperty("version");
        }
    }
}
