import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.neo4j.configuration.GraphDatabaseSettings;
import org.neo4j.configuration.connectors.BoltConnector;
import org.neo4j.configuration.helpers.SocketAddress;
import org.neo4j.dbms.api.DatabaseManagementService;
import org.neo4j.dbms.api.DatabaseManagementServiceBuilder;
import org.neo4j.io.ByteUnit;

/**
 * A Neo4j Community server for tests: HOME PORT AUTH REPLAN. It answers Bolt on 127.0.0.1:PORT and prints "ready". It ends when its standard input does, so
 * that it cannot outlive the test that started it. AUTH is none, or the password of the user neo4j.
 * REPLAN is how many seconds a plan is kept at least, however the data changes.
 */
public class Neo4jServer {
    public static void main(String[] args) throws Exception {
        boolean auth = !args[2].equals("none");
        Path home = Path.of(args[0]);
        boolean fresh = !Files.exists(home.resolve("data")); // the password of an old one is set, and must not be set again
        DatabaseManagementService service = new DatabaseManagementServiceBuilder(home)
            .setConfig(BoltConnector.enabled, true)
            .setConfig(BoltConnector.listen_address, new SocketAddress("127.0.0.1", Integer.parseInt(args[1])))
            .setConfig(GraphDatabaseSettings.auth_enabled, auth)
            .setConfig(GraphDatabaseSettings.pagecache_memory, ByteUnit.mebiBytes(256))
            .setConfig(GraphDatabaseSettings.preallocate_logical_logs, false)
            .setConfig(GraphDatabaseSettings.keep_logical_logs, "keep_none")
            .setConfig(GraphDatabaseSettings.cypher_min_replan_interval, Duration.ofSeconds(Long.parseLong(args[3])))
            .build();
        Runtime.getRuntime().addShutdownHook(new Thread(service::shutdown));
        if (auth && fresh) {
            service.database("system").executeTransactionally(
                "ALTER USER neo4j SET PASSWORD $p CHANGE NOT REQUIRED", Map.of("p", args[2]));
        }
        System.out.println("ready");
        System.out.flush();
        while (System.in.read() >= 0) {
            // wait for the end of the input
        }
        System.exit(0);
    }
}
